import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { openFile } from '../index.ts';
import spx from './index.ts';

const CALIBRATION =
  '<ClassInstance Type="TRTSpectrumHeader"><Date>4.3.2018</Date><Time>9:6:4</Time><ChannelCount>4</ChannelCount>' +
  '<CalibAbs>-0.1</CalibAbs><CalibLin>0.02</CalibLin></ClassInstance>';
const COUNTS = '<Channels>0,3,70000,1</Channels>';
const DECLARATION = '<?xml version="1.0" encoding="WINDOWS-1252" standalone="yes"?>';

const file = (inside = CALIBRATION + COUNTS, declaration = DECLARATION) =>
  `${declaration}\n<TRTSpectrum><RTHeader/><ClassInstance Type="TRTSpectrum" Name="a">${inside}</ClassInstance></TRTSpectrum>`;

const read = (text: string | Uint8Array) => spx.read!(memoryFile('a.spx', text)) as Promise<ArrayDataset[]>;
const headers = (inside: string) => `<TRTHeaderedClass>${inside}</TRTHeaderedClass>`;

describe('spectra', () => {
  it('need a calibration and counts, and nothing else', async () => {
    const [spectrum] = await read(file());
    expect(spectrum.axes).toMatchObject([{ name: 'Energy', unit: 'keV', role: 'spectral', scale: 0.02, offset: -0.1 }]);
    expect([...((await spectrum.values.load()) as BigUint64Array)]).toEqual([0n, 3n, 70000n, 1n]);
    expect(spectrum.dtype).toBe('uint64');
    expect(spectrum.metadata).toEqual({
      date: '2018-03-04',
      time: '09:06:04',
      signal_type: 'EDS',
      quantity: 'X-rays (Counts)',
    });
    expect(spectrum.warnings).toEqual([]);
  });

  it('tell beam, detector, times and chosen elements', async () => {
    const esma =
      '<ClassInstance Type="TRTESMAHeader"><PrimaryEnergy>2E2</PrimaryEnergy><ElevationAngle>18</ElevationAngle>' +
      '<AzimutAngle>45</AzimutAngle><Magnification>1E5</Magnification></ClassInstance>';
    const hardware =
      '<ClassInstance Type="TRTSpectrumHardwareHeader"><RealTime>2500</RealTime><LifeTime>2000</LifeTime></ClassInstance>';
    const detector = '<ClassInstance Type="TRTDetectorHeader"><Type>XFlash</Type></ClassInstance>';
    const elements =
      '<ClassInstance Type="TRTPSEElementList"><ChildClassInstances><ClassInstance Type="TRTPSEElement" Name="Fe"/>' +
      '<ClassInstance Type="TRTPSEElement" Name="C"/><ClassInstance Type="TRTPSEElement" Name="__proto__"/></ChildClassInstances></ClassInstance>';
    const [spectrum] = await read(file(headers(esma + hardware + detector) + CALIBRATION + COUNTS + elements));
    expect(spectrum.metadata).toMatchObject({
      instrument: 'TEM',
      beam_energy_keV: 200,
      magnification: 1e5,
      detector_EDS: { elevation_angle: 18, azimuth_angle: 45, detector_type: 'XFlash', real_time: 2.5, live_time: 2 },
      signal_type: 'EDS_TEM',
      elements: ['Fe', 'C'],
    });
  });

  it('may have had something subtracted', async () => {
    const [spectrum] = await read(file(`${CALIBRATION}<Channels>0,-3,1.5,2</Channels>`));
    expect(spectrum.dtype).toBe('float64');
    expect([...((await spectrum.values.load()) as Float64Array)]).toEqual([0, -3, 1.5, 2]);
  });

  it('may end their list with a comma', async () => {
    const [spectrum] = await read(file(`${CALIBRATION}<Channels>1,2,3,4,</Channels>`));
    expect([spectrum.shape, spectrum.warnings]).toEqual([[4], []]);
  });

  it('are as long as their list; a count of channels that differs is told', async () => {
    const [spectrum] = await read(file(`${CALIBRATION}<Channels>1,2,3</Channels>`));
    expect(spectrum.shape).toEqual([3]);
    expect(spectrum.warnings).toEqual(['ChannelCount says 4, the list of counts has 3']);
  });

  it('can be several in a file', async () => {
    const instance = `<ClassInstance Type="TRTSpectrum">${CALIBRATION}${COUNTS}</ClassInstance>`;
    expect(await read(`<TRTSpectrum>${instance}${instance}</TRTSpectrum>`)).toHaveLength(2);
  });

  it('are text in the encoding that they declare', async () => {
    const inside = `<Remark>caf\u00e9</Remark>${CALIBRATION}${COUNTS}`;
    const [utf8] = await read(file(inside, '<?xml version="1.0" encoding="UTF-8"?>'));
    const [windows] = await read(Uint8Array.from(file(inside), (letter) => letter.charCodeAt(0)));
    expect(utf8.original.Remark).toBe('caf\u00e9');
    expect(windows.original.Remark).toBe('caf\u00e9');
  });
});

describe('what is refused', () => {
  it.each([
    ['text that is not XML', 'counts'],
    ['XML without a spectrum', '<TRTSpectrum><RTHeader/></TRTSpectrum>'],
    ['a spectrum without counts', file(CALIBRATION)],
    ['counts that are words', file(`${CALIBRATION}<Channels>1,two,3,4</Channels>`)],
    ['a spectrum without a calibration', file(COUNTS)],
    ['a calibration of 0', file(CALIBRATION.replace('0.02', '0') + COUNTS)],
    ['a document type', `<!DOCTYPE a [<!ENTITY b "c">]>${file()}`],
    ['a file that was cut', file().slice(0, 300)],
  ])('%s', async (_, text) => {
    await expect(read(text)).rejects.toMatchObject({ kind: 'format', code: 'bad-header' });
  });

  it('a tag named __proto__ changes nothing', async () => {
    await read(file(`<__proto__><polluted>1</polluted></__proto__>${CALIBRATION}${COUNTS}`)).catch(() => undefined);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('recognition', () => {
  it('is by the root element, whatever the name', async () => {
    const opened = await openFile(memoryFile('a.txt', file()));
    expect(opened.format).toBe('bruker-spx');
    expect(spx.sniff(new TextEncoder().encode(`\ufeff${file()}`), 'a')).toBe('certain');
  });

  it('does not take the header of a map for a spectrum', () => {
    expect(spx.sniff(new TextEncoder().encode(`${DECLARATION}<TRTSpectrumDatabase>`), 'a.xml')).toBe('no');
    expect(spx.sniff(new TextEncoder().encode('anything'), 'a.spx')).toBe('name');
  });
});
