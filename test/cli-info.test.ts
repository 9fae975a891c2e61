import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { PlainTree } from '../src/signal/dataset.ts';
import { spectrail } from './cli.ts';
import { comparePlain, corpusFiles, type Oracle, sharedFolder } from './oracle.ts';
import type { OracleAxis, OracleSignal } from './oracle-schema.ts';
import { END, eds, veloxFile } from './synthetic-velox.ts';

interface InfoAxis {
  name: string;
  role: string;
  size: number;
  units: string;
  scale?: number;
  offset?: number;
  positions?: { first: number; mid: number; last: number };
}

interface InfoSignal {
  title: string;
  shape?: number[];
  dtype?: OracleSignal['dtype'];
  axes?: InfoAxis[];
  metadata: PlainTree;
  modality: string;
  sum?: number;
  min?: number;
  max?: number;
  probes?: { index: number[]; value: unknown }[];
  columns?: { name: string; units: string; rows: number; sum: number }[];
}

/**
 * A few files of each kind that can be read: first, middle and last of each folder. (xylib names columns its own way;
 * archives are not read.)
 */
function sample(format: string): { name: string; file: string; oracle: Oracle }[] {
  const files = corpusFiles(format).filter(({ oracle: { reader, signals, zipMember } }) => {
    if (zipMember !== undefined) return false;
    const tables = signals.every(({ kind }) => kind === 'table');
    return format === 'columns-other' ? tables && !reader.startsWith('xylib') : true;
  });
  const chosen = [...new Set([0, files.length >> 1, files.length - 1])].filter((i) => i >= 0 && i < files.length);
  return chosen.map((i) => ({ name: `${format}/${basename(files[i].file)}`, ...files[i] }));
}

const FORMATS = ['dm3', 'dm4', 'emsa', 'hspy', 'bruker-bcf', 'ripple', 'columns-other', 'emd-velox'];
const shared = sharedFolder();

describe('a stream of photons that was stopped', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spectrail-info-'));
  const path = join(folder, 'map.emd');
  afterAll(() => rmSync(folder, { recursive: true }));
  const infoOf = async (...options: string[]) => {
    const { stdout } = await spectrail(['info', path, '--json', ...options]);
    const [{ shape, warnings, probes }] = JSON.parse(stdout).signals;
    return [shape, warnings?.length ?? 0, probes?.[0].value];
  };

  it('is told by what its file declares, and as it is once its values are asked for', async () => {
    const values = [...new Array(9).fill(1), END, 2, END, 3, END, 4];
    writeFileSync(path, await veloxFile({ streams: [{ values, metadata: eds(1, [5, 3]) }] }));
    expect(await infoOf()).toEqual([[5, 3, 16], 0, undefined]);
    expect(await infoOf('--stats')).toEqual([[2, 3, 16], 1, undefined]);
    expect(await infoOf('--probe', '1,0,4')).toEqual([[2, 3, 16], 1, 1]);
    const converted = await spectrail(['convert', path, join(folder, 'map.npy'), '--json']);
    expect(JSON.parse(converted.stdout)).toMatchObject({ shape: [2, 3, 16], dtype: 'uint16' });
  });
});

describe.skipIf(!shared)('spectrail info --json says what the trusted readers found', () => {
  it.concurrent.each(FORMATS.flatMap(sample))('$name', async ({ file, oracle }) => {
    const probes = probesFor(oracle);
    const { code, stdout, stderr } = await spectrail([
      'info',
      file,
      '--json',
      '--stats',
      ...probes.flatMap((at) => ['--probe', at.join(',')]),
    ]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const info: { file: string; format: string; signals: InfoSignal[] } = JSON.parse(stdout);
    expect(info.file).toBe(file);
    expect(info.format.length).toBeGreaterThan(1);
    expect(info.signals).toHaveLength(oracle.signals.length);
    for (const [i, signal] of oracle.signals.entries()) {
      if (signal.kind === 'table') compareTable(info.signals[i], signal);
      else compareArray(info.signals[i], signal, oracle.format !== 'emd-velox');
    }
  });

  it('a probe is one value, and colour has its fields', async () => {
    const photo = corpusFiles('dm3').find(({ oracle }) =>
      oracle.signals.some(({ dtype }) => typeof dtype === 'object'),
    );
    if (!photo) return;
    const { stdout } = await spectrail(['info', photo.file, '--json', '--stats']);
    const signal = JSON.parse(stdout).signals.find((found: InfoSignal) => typeof found.dtype === 'object');
    expect(signal.dtype.fields[0]).toEqual(['R', 'uint8']);
    expect(Object.keys(signal.perField)).toEqual(['R', 'G', 'B', 'A']);
  });

  it('prints tables for people that fit 80 columns but for what cannot be broken', async () => {
    const [{ file }] = corpusFiles('emsa');
    const { stdout } = await spectrail(['info', file, '--stats']);
    expect(stdout).toContain('axis');
    for (const line of stdout.split('\n'))
      expect(line.length, line).toBeLessThanOrEqual(Math.max(80, file.length + 60));
  });
});

/** Probes that every signal of the file can answer: only where there is one signal. */
function probesFor({ signals }: Oracle): readonly (readonly number[])[] {
  const [signal] = signals;
  return signals.length === 1 && signal.kind !== 'table'
    ? (signal.probes ?? []).slice(0, 3).map(({ index }) => index)
    : [];
}

/** @param exact No metadata but the oracle's: the reference reader leaves out what Velox files say of detectors. */
function compareArray(found: InfoSignal, oracle: OracleSignal, exact: boolean): void {
  const axes = oracle.axesInArrayOrder ?? oracle.axes ?? [];
  expect(found.title).toBe(oracle.title);
  expect(found.modality).toMatch(/^[a-z]+$/);
  expect(found.shape).toEqual(oracle.shape);
  expect(found.dtype).toEqual(oracle.dtype);
  expect(found.axes?.map(({ name, role, size, units }) => ({ name, role, size, units }))).toEqual(
    axes.map((axis) => ({
      name: axis.name ?? '',
      role: axis.navigate ? 'navigation' : 'signal',
      size: axis.size,
      units: axis.units ?? '',
    })),
  );
  for (const [d, axis] of axes.entries()) comparePositions(found.axes?.[d] as InfoAxis, axis);
  if (typeof oracle.sum === 'number') {
    expect(found.sum).toBeCloseTo(oracle.sum, 6 - Math.ceil(Math.log10(Math.abs(oracle.sum) + 1)));
    expect(found).toMatchObject({ min: oracle.min, max: oracle.max });
  }
  for (const { index, value } of found.probes ?? []) {
    const expected = oracle.probes?.find((probe) => probe.index.join() === index.join())?.value;
    if (typeof expected === 'number') expect(value).toBeCloseTo(expected, 6);
  }
  const differences: string[] = [];
  if (oracle.keyMetadata) comparePlain('metadata', found.metadata, oracle.keyMetadata, exact, differences);
  expect(differences).toEqual([]);
}

function comparePositions(found: InfoAxis, oracle: OracleAxis): void {
  if (oracle.scale !== undefined && oracle.offset !== undefined) {
    const tolerance = 1e-6 * Math.max(Math.abs(oracle.offset), Math.abs(oracle.scale));
    expect(Math.abs((found.scale ?? Number.NaN) - oracle.scale)).toBeLessThanOrEqual(1e-6 * Math.abs(oracle.scale));
    expect(Math.abs((found.offset ?? Number.NaN) - oracle.offset)).toBeLessThanOrEqual(tolerance);
  } else if (oracle.first !== undefined) {
    expect(found.positions?.first).toBeCloseTo(oracle.first, 6);
    expect(found.positions?.mid).toBeCloseTo(oracle.mid as number, 6);
    expect(found.positions?.last).toBeCloseTo(oracle.last as number, 6);
  }
}

function compareTable(found: InfoSignal, oracle: OracleSignal): void {
  expect(found.columns?.map(({ name, rows }) => ({ name, rows }))).toEqual(
    oracle.columns?.map(({ name }) => ({ name, rows: oracle.rows })),
  );
  oracle.columns?.forEach((column, c) => {
    expect(found.columns?.[c].sum).toBeCloseTo(column.sum, 3);
  });
}
