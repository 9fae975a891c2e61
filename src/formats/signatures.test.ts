import { describe, expect, it } from 'vitest';
import { foreignSignature } from './signatures.ts';

const told = (text: string) => foreignSignature(new TextEncoder().encode(text));

describe('signatures', () => {
  it.each([
    ['##TITLE=x\n##JCAMP-DX=4.24\n', 'JCAMP-DX'],
    ['$$ made by hand\n## TITLE = x\n', 'JCAMP-DX'],
    ['\ufeff<?xml version="1.0"?>\n<LSX_Data>', 'a LabSpec (Horiba Jobin Yvon) XML file'],
    ['<?xml version="1.0"?><anything>', 'XML or HTML'],
    ['<!DOCTYPE html><html>', 'XML or HTML'],
    ['; converted\n; twice\n_FILEVERSION=2\n', 'a Diffrac UXD file'],
    ['#\n# remark\n\ndata_100\nloop_\n_atom\n', 'a CIF file'],
    ['\r\n//Exported ASCII-File\r\n', 'a WITec text export'],
    ['RAW2', 'a Bruker RAW diffractogram'],
  ])('%j is %s', (text, title) => {
    expect(told(text)).toBe(title);
  });

  it.each([
    '1 2\n3 4\n',
    '# energy mu\n1 2\n',
    '; remark\n1;2\n',
    '// remark\n1 2\n',
    'data_x\n1 2\n',
    '<5 counts\n1 2\n',
    '',
  ])('a plain table such as %j is nobody else’s', (text) => {
    expect(told(text)).toBeUndefined();
  });

  it('four kilobytes of anything are told at once', () => {
    const started = performance.now();
    for (const part of ['#', '#\n', ';\n', '$$\n', '<', ' ', '_A', 'data_\n', '# \n'])
      told(part.repeat(4096 / part.length));
    told(`data_x ${'#\n'.repeat(2000)}`);
    told(`data_x ${'# \n \n'.repeat(800)}`);
    expect(performance.now() - started).toBeLessThan(200);
  });
});
