import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorOf, spectrail, temporaryFolder } from './cli.ts';
import { sharedFolder } from './oracle.ts';

const corpus = join(sharedFolder() ?? '', 'corpus');
const home = temporaryFolder();
const python = '/usr/bin/python3';
const hasHyperSpy = spawnSync(python, ['-W', 'ignore', '-c', 'import hyperspy.api']).status === 0;
if (!hasHyperSpy)
  console.warn(`HyperSpy is not installed for ${python}: what it makes of converted files is not tested`);

const MAP = 'bruker-bcf/bcf_v2_50x50px.bcf';
const IMAGE = 'dm4/EELS_SI.dm4';
const SPECTRUM = 'hspy/Cr_L_cl.hspy';

async function signal(file: string, title?: string) {
  const choice = title === undefined ? [] : ['--signal', title];
  const { stdout } = await spectrail(['info', file, '--json', '--stats', ...choice]);
  return JSON.parse(stdout).signals[0];
}

describe.skipIf(!sharedFolder())('spectrail convert', () => {
  it.each([
    [MAP, 'map.hspy', 'EDX'],
    [IMAGE, 'image.hspy', undefined],
    [SPECTRUM, 'spectrum.msa', undefined],
    [SPECTRUM, 'spectrum.npy', undefined],
  ])('%s to %s keeps shape, values and what the format can hold', async (from, to, title) => {
    const [source, target] = [join(corpus, from), join(home, to)];
    expect(await spectrail(['convert', source, target])).toMatchObject({ code: 0, stderr: '' });
    const [before, after] = [await signal(source, title), await signal(target)];
    for (const key of ['shape', 'min', 'max']) expect(after[key]).toEqual(before[key]);
    expect(after.sum).toBeCloseTo(before.sum, 0);
    if (!to.endsWith('.npy')) {
      expect(after.modality).toBe(before.modality);
      const ends = (found: typeof before) =>
        found.axes.map(({ size, scale, offset, units }: Record<string, unknown>) => ({ size, scale, offset, units }));
      expect(ends(after)).toEqual(ends(before));
    }
    if (to.endsWith('.hspy')) expect(after).toMatchObject({ dtype: before.dtype, metadata: before.metadata });
  });

  it('a map is refused by a format for one spectrum, with what to do, and nothing is left behind', async () => {
    const to = join(home, 'map.msa');
    const outcome = await spectrail(['convert', join(corpus, MAP), to, '--json']);
    expect(outcome.code).not.toBe(0);
    expect(errorOf(outcome)).toMatchObject({
      kind: 'output',
      what: expect.stringContaining('one spectrum'),
      fix: expect.stringContaining('.hspy'),
    });
    expect(existsSync(to)).toBe(false);
  });

  it('a spectrum as CSV is a line of names with units, then energy and value of each channel', async () => {
    const to = join(home, 'spectrum.csv');
    await spectrail(['convert', join(corpus, 'emsa/example1.msa'), to]);
    const lines = readFileSync(to, 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe('Energy (eV),NIO EELS OK SHELL');
    expect(lines).toHaveLength(22);
    expect(lines[1]).toBe('520.13,4066');
  });

  it.each([
    ['uxd/BT86_.UXD', 'pattern.xy'],
    [SPECTRUM, 'cr.xy'],
    [SPECTRUM, 'cr.csv'],
  ])('%s to %s comes back as the same spectrum', async (from, to) => {
    const [target, again] = [join(home, to), join(home, `${to}.hspy`)];
    expect(await spectrail(['convert', join(corpus, from), target])).toMatchObject({ code: 0, stderr: '' });
    expect(await spectrail(['convert', target, again])).toMatchObject({ code: 0, stderr: '' });
    const [before, after] = [await signal(join(corpus, from)), await signal(again)];
    expect(after.shape).toEqual(before.shape);
    expect(after.axes).toEqual(before.axes);
    // CSV has the digits that single precision needs.
    const rounded = to.endsWith('.csv') ? Math.fround : Number;
    for (const key of ['min', 'max']) expect(rounded(after[key])).toEqual(before[key]);
    expect(after.sum).toBeCloseTo(before.sum, to.endsWith('.csv') ? 2 : 9);
    if (to.endsWith('.xy')) expect(after).toMatchObject({ modality: before.modality, metadata: before.metadata });
  });

  const table = async (file: string) => (await signal(file)).columns;
  const TABLE = 'xdi/cu_metal_rt.xdi';

  it('a table is written as CSV with all of its columns, names, units and numbers', async () => {
    const [from, to] = [join(corpus, TABLE), join(home, 'table.csv')];
    const outcome = await spectrail(['convert', from, to, '--json']);
    expect(outcome.code).toBe(0);
    expect(JSON.parse(outcome.stdout)).toMatchObject({ format: 'csv', kind: 'table', rows: 408 });
    const [before, after] = [await table(from), await table(to)];
    expect(after.map(({ units, sum, rows }: Record<string, unknown>) => ({ units, sum, rows }))).toEqual(
      before.map(({ units, sum, rows }: Record<string, unknown>) => ({ units, sum, rows })),
    );
    for (const [c, { name }] of after.entries()) expect(name.startsWith(before[c].name)).toBe(true);
  });

  it('a table of three columns is written as .xy as it is', async () => {
    const [from, to] = [join(corpus, 'xdi/fe3c_rt.xdi'), join(home, 'table.xy')];
    expect(await spectrail(['convert', from, to])).toMatchObject({ code: 0, stderr: '' });
    expect(await table(to)).toEqual(await table(from));
    expect((await signal(to)).metadata).toEqual((await signal(from)).metadata);
  });

  it('a table that says it is a spectrum is one where the format holds no tables', async () => {
    const [from, to] = [join(home, 'scan.txt'), join(home, 'scan.jdx')];
    writeFileSync(from, '# energy (eV)\ti0\tmu\tit\n7000 1 0.5 9\n7001 1 0.75 9\n7003 1 0.25 9\n');
    expect(await spectrail(['convert', from, to])).toMatchObject({ code: 0, stderr: '' });
    expect(await signal(to)).toMatchObject({ shape: [3], sum: 1.5, metadata: { quantity: 'mu' } });
    const xy = join(home, 'scan.xy');
    expect(await spectrail(['convert', from, xy])).toMatchObject({ code: 0, stderr: '' });
    expect((await table(xy)).map(({ name }: { name: string }) => name)).toEqual(['energy (eV)', 'mu']);
  });

  it.each(['.hspy', '.npy', '.xy', '.zspy', '.msa'])(
    'a table that does not is refused for %s, with reason and what to do',
    async (ending) => {
      const [from, to] = [join(home, 'bare.txt'), join(home, `bare${ending}`)];
      writeFileSync(from, '1 2 3 4\n5 6 7 8\n');
      const outcome = await spectrail(['convert', from, to, '--json']);
      expect(outcome.code).not.toBe(0);
      expect(errorOf(outcome)).toMatchObject({
        kind: 'input',
        code: 'not-an-array',
        what: expect.stringContaining('without a declared axis'),
        fix: expect.stringContaining('.csv'),
      });
      expect(existsSync(to)).toBe(false);
    },
  );

  it.skipIf(!hasHyperSpy)('HyperSpy opens what was converted, with the same numbers as the original', () => {
    const script = `
import sys, warnings
warnings.simplefilter('ignore')
import numpy as np, hyperspy.api as hs
corpus, home = sys.argv[1:]
def load(path):
    s = hs.load(path)
    return max(s, key=lambda one: one.data.ndim) if isinstance(s, list) else s
for source, target in [('${MAP}', 'map.hspy'), ('${IMAGE}', 'image.hspy'), ('${SPECTRUM}', 'spectrum.msa')]:
    a, b = load(corpus + '/' + source), load(home + '/' + target)
    assert a.data.shape == b.data.shape and np.allclose(a.data, b.data, rtol=1e-6), target
    assert a.metadata.Signal.signal_type == b.metadata.Signal.signal_type, target
    x, y = a.axes_manager[-1], b.axes_manager[-1]
    assert np.allclose([x.scale, x.offset], [y.scale, y.offset]) and x.units == y.units, target
assert np.array_equal(np.load(home + '/spectrum.npy'), load(corpus + '/${SPECTRUM}').data)
print('same')
`;
    const run = spawnSync(python, ['-c', script, corpus, home], { encoding: 'utf8' });
    expect(run.stderr).not.toContain('Error');
    expect(run.stdout.trim().split('\n').pop()).toBe('same');
  });
});
