import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { corpusFiles, sharedFolder } from '../../../test/oracle.ts';
import { asSignal } from '../../signal/as-signal.ts';
import { axisValues } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { openFile } from '../index.ts';
import { openNodeFile } from '../node-file.ts';
import { energyAxis } from './energy-axis.ts';
import cnf from './index.ts';
import { vaxFloat } from './vax.ts';

/** Sign, exponent and mantissa of a VAX, the word with the sign first. */
function vaxBytes(value: number): Uint8Array {
  if (value === 0) return new Uint8Array(4);
  const exponent = Math.floor(Math.log2(Math.abs(value))) + 1;
  const mantissa = Math.round((Math.abs(value) / 2 ** exponent - 0.5) * 2 ** 24);
  const high = (value < 0 ? 0x8000 : 0) + ((exponent + 128) << 7) + (mantissa >> 16);
  return new Uint8Array(Uint16Array.of(high, mantissa & 0xffff).buffer);
}

interface Options {
  readonly coefficients?: readonly number[];
  readonly channels?: number;
  readonly sections?: readonly (readonly [number, number])[];
  readonly moment?: bigint;
}

const SECTIONS = [
  [0x12000, 2048],
  [0x12001, 3072],
  [0x12005, 3584],
] as const;
/** 2020-02-03 04:05:06 in ten millionths of a second since 17 November 1858. */
const MOMENT = BigInt(Date.UTC(2020, 1, 3, 4, 5, 6) + 40_587 * 86_400_000) * 10_000n;

function file({
  coefficients = [1, 2, 0, 0],
  channels = 4,
  sections = SECTIONS,
  moment = MOMENT,
}: Options = {}): Uint8Array {
  const bytes = new Uint8Array(3584 + 512 + 16);
  const view = new DataView(bytes.buffer);
  const text = (at: number, content: string) => bytes.set(new TextEncoder().encode(content), at);
  for (const [i, [type, offset]] of sections.entries()) {
    view.setUint32(112 + 48 * i, type, true);
    view.setUint32(112 + 48 * i + 10, offset, true);
  }
  view.setUint16(2048 + 34, 400, true);
  view.setUint16(2048 + 36, 300, true);
  view.setUint32(2048 + 185, channels, true);
  for (const [k, c] of coefficients.entries()) bytes.set(vaxBytes(c), 2048 + 48 + 400 + 68 + 4 * k);
  text(2048 + 48 + 400 + 92, 'keV             ');
  view.setBigUint64(2048 + 48 + 301, moment, true);
  view.setBigInt64(2048 + 48 + 309, -600_000_000n, true);
  view.setBigInt64(2048 + 48 + 317, -531_700_000n, true);
  text(3072 + 48, 'a title');
  text(3072 + 112, 'number 7');
  for (let i = 0; i < 4; i++) view.setUint32(3584 + 512 + 4 * i, 70_000 * i, true);
  return bytes;
}

const read = async (content: Uint8Array) => ((await cnf.read!(memoryFile('x.cnf', content))) as ArrayDataset[])[0];

describe('Genie files', () => {
  it('counts stand over the energy of channels counted from 1', async () => {
    const dataset = await read(file());
    expect(dataset).toMatchObject({
      title: 'a title',
      shape: [4],
      dtype: 'uint32',
      axes: [{ kind: 'uniform', name: 'Energy', unit: 'keV', role: 'spectral', offset: 3, scale: 2 }],
      metadata: {
        signal_type: 'gamma',
        date: '2020-02-03',
        time: '04:05:06',
        detector_MCA: { real_time: 60, live_time: 53.17 },
        sample: 'number 7',
      },
      warnings: [],
    });
    expect(await dataset.values.load()).toEqual(Uint32Array.of(0, 70_000, 140_000, 210_000));
  });

  it('is of no modality, though its axis is in keV: gamma rays are not what an EDS detector sees', async () => {
    const { modality, history } = await asSignal(await read(file()));
    expect(modality).toBe('unknown');
    expect(history[0].params).toMatchObject({ modality: expect.stringContaining('gamma spectrometry') });
  });

  it('without a sample the title is empty, without times they are absent', async () => {
    const bytes = file({ sections: [SECTIONS[0], SECTIONS[2]], moment: 0n });
    bytes.fill(0, 2048 + 48 + 309, 2048 + 48 + 325);
    expect(await read(bytes)).toMatchObject({ title: '', metadata: {} });
    expect((await read(bytes)).metadata).toEqual({ signal_type: 'gamma' });
  });

  it('fields that lie outside the section are absent', async () => {
    const bytes = file();
    new DataView(bytes.buffer).setUint16(2048 + 34, 65_000, true);
    new DataView(bytes.buffer).setUint16(2048 + 36, 65_000, true);
    const dataset = await read(bytes);
    expect(dataset).toMatchObject({
      axes: [{ name: 'Channel' }],
      warnings: [expect.stringMatching(/no energy calibration/)],
    });
    expect(dataset.metadata).toEqual({ signal_type: 'gamma', sample: 'number 7' });
  });

  it.each([
    ['no list of sections', new Uint8Array(3000), 'not-cnf'],
    ['no counts', file({ sections: [SECTIONS[0]] }), 'no-spectrum'],
    ['no parameters', file({ sections: [SECTIONS[2]] }), 'no-spectrum'],
    ['no channels', file({ channels: 0 }), 'bad-header'],
    ['impossibly many channels', file({ channels: 4e9 }), 'bad-header'],
    ['more channels than the file has', file({ channels: 5 }), 'truncated'],
    ['parameters outside the file', file({ sections: [[0x12000, 512 * 4000], SECTIONS[2]] }), 'truncated'],
  ])('%s is refused', async (_, content, code) => {
    await expect(read(content)).rejects.toMatchObject({ kind: 'format', code });
  });

  it('is recognised by its list of sections', () => {
    expect(cnf.sniff(file().slice(0, 4096), 'x.bin')).toBe('certain');
    expect(cnf.sniff(file({ sections: [[0x12000, 2049]] }), 'x.cnf')).toBe('no');
    expect(cnf.sniff(file({ sections: [[0x13000, 2048]] }), 'x.cnf')).toBe('no');
    expect(cnf.sniff(new Uint8Array(4096), 'x.cnf')).toBe('no');
    expect(cnf.sniff(new Uint8Array(0), 'x.CNF')).toBe('name');
  });
});

describe('the energy axis', () => {
  it('is uniform where the polynomial is a line, listed where it is not', () => {
    expect(energyAxis([1, 0.5, 0], 3, 'keV', [])).toMatchObject({ kind: 'uniform', offset: 1.5, scale: 0.5 });
    expect(axisValues(energyAxis([1, 0.5, 2], 3, 'keV', []))).toEqual(Float64Array.of(3.5, 10, 20.5));
  });

  it.each([
    [[1, 0, 0], /no energy calibration/],
    [[1, Number.NaN, 0], /no energy calibration/],
    [[0, 4, -1], /back and forth/],
  ])('of %j counts channels, and tells', (coefficients, told) => {
    const warnings: string[] = [];
    expect(energyAxis(coefficients, 4, 'keV', warnings)).toMatchObject({
      name: 'Channel',
      unit: '',
      offset: 1,
      scale: 1,
    });
    expect(warnings.join()).toMatch(told);
  });
});

it.each([0, 1, -1, 0.25, 1e-20, -3e15])('the VAX number %d is read', (value) => {
  const read = vaxFloat(new DataView(vaxBytes(value).buffer), 0);
  expect(Math.abs(read - value)).toBeLessThanOrEqual(2 ** -23 * Math.abs(value));
});

it('a VAX number with a sign and no exponent is none', () => {
  expect(vaxFloat(new DataView(Uint16Array.of(0x8000, 0).buffer), 0)).toBeNaN();
});

describe.skipIf(!sharedFolder())('the corpus', () => {
  it('times, sample and calibration are those that xylib found', async () => {
    const [{ file: path, oracle }] = corpusFiles('canberra-cnf');
    const { datasets } = await openFile(await openNodeFile(path));
    const known = oracle.signals[0].keyMetadata as Record<string, string>;
    const { metadata, axes } = datasets[0] as ArrayDataset;
    expect(known['date and time']).toBe(`Thu, ${metadata['date']} ${metadata['time']}`);
    expect(metadata['detector_MCA']).toEqual({
      live_time: Number(known['live time (s)']),
      real_time: Number(known['real time (s)']),
    });
    expect(metadata['sample']).toBe(known['description']);
    expect(axes[0]).toMatchObject({ kind: 'uniform', unit: 'keV', scale: Number(known['energy calib 1']) });
  });
});
