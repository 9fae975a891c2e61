import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { corpusFiles, sharedFolder } from '../../../test/oracle.ts';
import { sha256 } from '../../../test/oracle-values.ts';
import { axisValues } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import { openFile } from '../index.ts';
import { openNodeFile } from '../node-file.ts';
import phi from './index.ts';

const TEXT = [
  'SOFH',
  'Technique: XPS',
  'InstrumentModel: VersaProbe 4',
  'AcqFileDate: 2024 1 22',
  'Operator: ',
  'AnalyserWorkFcn: 4.506 eV',
  'AnalyserMode: FAT',
  'SpectralRegDef: 1 1 C1s 6 3 -0.5000 290.0000 289.0000 289.9 289.1 0.120000 224.00 AREA',
  'SpectralRegDef: 2 1 O1s 8 2 -0.2000 535.0000 534.8000 534.9 534.8 0.000000 55.00 AREA',
  'XraySource: Al 1486.6 mono',
  'EOFH',
  '',
];

interface Spectrum {
  points?: number;
  type?: string;
  values?: number[];
}

function phiFile(spectra: Spectrum[] = [{}], text = TEXT): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(text.join('\r\n'));
  const bodies = spectra.map(({ type = 'f4', values = [1, 2, 3] }) => {
    const body = new DataView(new ArrayBuffer(values.length * (type === 'f8' ? 8 : 4)));
    for (const [i, value] of values.entries()) {
      if (type === 'f8') body.setFloat64(8 * i, value, true);
      else body.setFloat32(4 * i, value, true);
    }
    return new Uint8Array(body.buffer);
  });
  const binary = new DataView(new ArrayBuffer(16 + 96 * spectra.length));
  [1, spectra.length, 96, 16].forEach((value, i) => {
    binary.setUint32(4 * i, value, true);
  });
  let offset = binary.byteLength;
  for (const [s, { points = 3, type = 'f4' }] of spectra.entries()) {
    const at = 16 + 96 * s;
    for (const field of [0, 4, 8, 12, 16, 24, 28]) binary.setUint32(at + field, 1, true);
    binary.setUint32(at + 20, points, true);
    for (const [field, word] of [
      [32, 'pnt'],
      [40, 'sar'],
      [56, 'c/s'],
      [72, type],
    ] as const) {
      for (const [i, letter] of [...word].entries()) binary.setUint8(at + field + i, letter.charCodeAt(0));
    }
    binary.setUint32(at + 76, bodies[s].length, true);
    binary.setUint32(at + 80, offset, true);
    offset += bodies[s].length;
  }
  return Uint8Array.from([...head, ...new Uint8Array(binary.buffer), ...bodies.flatMap((body) => [...body])]);
}

const open = async (bytes: Uint8Array) => (await openFile(memoryFile('a.bin', bytes))).datasets as ArrayDataset[];

describe('a spectrum', () => {
  it.skipIf(!sharedFolder())(
    'of the corpus has the values and energies of the reference, to the last bit',
    async () => {
      const { oracle, file } = corpusFiles('xps-other').find((entry) => entry.file.endsWith('SnO2_10nm.spe'))!;
      const [spectrum, ...others] = (await openFile(await openNodeFile(file))).datasets as ArrayDataset[];
      const signal = (title: string) => oracle.signals.find((entry) => entry.title === `Su1s/${title}`)!;
      expect(others).toEqual([]);
      expect(spectrum).toMatchObject({ title: 'Su1s', shape: [1751], dtype: 'float32', warnings: [] });
      expect(sha256(Float64Array.from((await spectrum.values.load()) as Float32Array))).toBe(
        signal('data/data').sha256,
      );
      const energies = axisValues(spectrum.axes[0]);
      for (const { index, value } of signal('data/energy').probes!) {
        expect(energies[index[0]]).toBeCloseTo(value as number, 9);
      }
      expect(spectrum.metadata).toMatchObject({ source_energy_eV: 1486.6, pass_energy_eV: 224, date: '2024-01-22' });
    },
  );

  it.skipIf(!sharedFolder())('counts per second times the time per step are whole numbers', async () => {
    const path = join(sharedFolder()!, 'corpus', 'xps-other', 'SnO2_10nm.spe');
    const [spectrum] = (await openFile(await openNodeFile(path))).datasets as ArrayDataset[];
    const counts = [...((await spectrum.values.load()) as Float32Array)].map(
      (rate) => rate * Number(spectrum.metadata['dwell_time_s']),
    );
    expect(Math.max(...counts.map((count) => Math.abs(count - Math.round(count))))).toBeLessThan(0.01);
  });

  it('has the conditions in the common vocabulary', async () => {
    const [spectrum] = await open(phiFile());
    expect(spectrum.metadata).toEqual({
      signal_type: 'XPS',
      instrument: 'VersaProbe 4',
      analyser_mode: 'FAT',
      source: 'Al 1486.6 mono',
      region: 'C1s',
      pass_energy_eV: 224,
      dwell_time_s: 0.12,
      source_energy_eV: 1486.6,
      work_function_eV: 4.506,
      date: '2024-01-22',
      energy_axis: 'binding',
      quantity: 'c/s',
    });
    expect(spectrum.axes[0]).toMatchObject({ name: 'Binding energy', unit: 'eV', scale: -0.5, offset: 290 });
    expect(spectrum.original).toMatchObject({ Operator: '', SpectralRegDef: [expect.any(String), expect.any(String)] });
  });

  it('of Auger electrons is on the kinetic energy', async () => {
    const text = TEXT.map((line) => line.replace('Technique: XPS', 'Technique: AES'));
    expect((await open(phiFile([{}], text)))[0].axes[0].name).toBe('Kinetic energy');
  });
});

describe('several spectra', () => {
  it('belong to the regions in turn, in single and double precision', async () => {
    const second = { points: 2, type: 'f8', values: [4, 5] };
    const spectra = await open(phiFile([{}, second, { values: [6, 7, 8] }]));
    expect(spectra.map(({ title, dtype, shape }) => [title, dtype, ...shape])).toEqual([
      ['C1s', 'float32', 3],
      ['O1s', 'float64', 2],
      ['C1s', 'float32', 3],
    ]);
    expect(await spectra[1].values.load()).toEqual(Float64Array.of(4, 5));
    expect(await spectra[2].values.load()).toEqual(Float32Array.of(6, 7, 8));
    expect(spectra[1].metadata).not.toHaveProperty('dwell_time_s');
  });

  it('of one block are a series, and that is told', async () => {
    const [series] = await open(phiFile([{ values: [1, 2, 3, 4, 5, 6] }]));
    expect(series).toMatchObject({ shape: [2, 3], warnings: [expect.stringContaining('2 spectra')] });
    expect(series.axes.map(({ role }) => role)).toEqual(['navigation', 'spectral']);
  });
});

describe('damage', () => {
  const at = (bytes: Uint8Array<ArrayBuffer>, field: number, value: number) => {
    const start = new TextEncoder().encode(TEXT.join('\r\n')).length;
    new DataView(bytes.buffer).setUint32(start + field, value, true);
    return bytes;
  };

  it.each([
    ['values cut short', phiFile().slice(0, -1), 'truncated'],
    ['headers cut short', phiFile().slice(0, -60), 'unsupported-layout'],
    ['nothing after the header', phiFile().slice(0, TEXT.join('\r\n').length), 'truncated'],
    ['a header without end', phiFile().slice(0, 200), 'truncated'],
    ['four thousand million spectra', at(phiFile(), 4, 0xffffffff), 'unsupported-layout'],
    ['no spectra', at(phiFile(), 4, 0), 'unsupported-layout'],
    ['headers of another length', at(phiFile(), 8, 100), 'unsupported-layout'],
    ['more values than bytes', at(phiFile(), 16 + 76, 12 << 20), 'truncated'],
    ['half a value', at(phiFile(), 16 + 76, 10), 'unsupported-layout'],
    ['no points', at(phiFile(), 16 + 20, 0), 'unsupported-layout'],
    ['values of another type', phiFile([{ type: 'i4' }]), 'unsupported-layout'],
    ['a region of another length', phiFile([{ points: 1 }]), 'bad-region'],
    ['no region', phiFile([{}], ['SOFH', 'EOFH', '']), 'bad-region'],
    ['a region of words', phiFile([{}], ['SOFH', 'SpectralRegDef: 1 1 C1s', 'EOFH', '']), 'bad-region'],
    ['a step of 0', phiFile([{}], ['SOFH', 'SpectralRegDef: 1 1 C1s 6 3 0 290', 'EOFH', '']), 'bad-region'],
  ])('%s is refused', async (_, bytes, code) => {
    await expect(open(bytes)).rejects.toMatchObject({ kind: 'format', code, expected: expect.any(String) });
  });

  it('another file is said to be none', async () => {
    await expect(phi.read!(memoryFile('a.spe', 'SOFX\r\n'))).rejects.toMatchObject({ code: 'not-phi' });
    expect(phi.sniff(new TextEncoder().encode('SOFTWARE\r\n'), 'a.spe')).toBe('no');
  });

  it('entries called __proto__ are inert', async () => {
    const text = [...TEXT.slice(0, 2), '__proto__: x', 'constructor: y', ...TEXT.slice(2)];
    const [{ original }] = await open(phiFile([{}], text));
    expect(Object.keys(original)).toEqual(expect.arrayContaining(['__proto__', 'constructor']));
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it.each([' ', ':', '1 ', '\r\n', '\n:', 'e'])('two hundred thousand %j anywhere do not hang', async (filler) => {
    const started = performance.now();
    for (const [i, line] of TEXT.entries()) {
      const text = [...TEXT.slice(0, i), line + filler.repeat(2e5), ...TEXT.slice(i + 1)];
      await open(phiFile([{}], text)).catch((error) => expect(error).toMatchObject({ name: 'SpectrailError' }));
    }
    expect(performance.now() - started).toBeLessThan(6000);
  });
});
