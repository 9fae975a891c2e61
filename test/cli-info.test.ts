import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

interface Evidence {
  noise?: string;
  evidence: { modality: string; noise?: string };
  conditions: { known: { name: string; value: unknown; unit?: string; key: string }[]; unknown: string[] };
}

describe('spectrail info says from what it knows', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spectrail-evidence-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const HEADER = '#FORMAT : EMSA/MAS Spectral Data File\n#VERSION : 1.0\n#TITLE : a\n#NPOINTS : 3\n';
  const emsa = (extra: string, values = '1,\n2,\n3,\n') =>
    `${HEADER}#XUNITS : eV\n#XPERCHAN : 1\n#OFFSET : 500\n#DATATYPE : Y\n${extra}#SPECTRUM :\n${values}#ENDOFDATA :\n`;
  const EELS = emsa('#SIGNALTYPE : ELS\n#BEAMKV -kV : 200\n#COLLANGLE -mR : 0\n');
  const told = async (...args: string[]) => {
    const { stdout, stderr, code } = await spectrail(['info', '--json', ...args]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout).signals[0] as InfoSignal & Evidence;
  };

  it('and which conditions of the modality are unknown, a zero that nobody set among them', async () => {
    expect(await told(write('eels.msa', EELS))).toMatchObject({
      modality: 'eels',
      noise: 'Poisson counts',
      evidence: {
        modality: 'the file says signal type EELS',
        noise: 'counts: whole numbers, smallest 1; the gain of the camera is not stated: 1 is assumed',
      },
      conditions: {
        known: [{ name: 'beam energy', value: 200, unit: 'keV', key: 'beam_energy_keV' }],
        unknown: ['convergence angle', 'collection angle', 'exposure'],
      },
    });
    const { stdout } = await spectrail(['info', write('again.msa', EELS)]);
    expect(stdout).toContain('  Electron energy-loss spectroscopy: the file says signal type EELS\n');
    expect(stdout).toContain('  Noise: Poisson counts (counts: whole numbers, smallest 1;');
    expect(stdout).toMatch(/beam_energy_keV +200 keV\n/);
    expect(stdout).toContain('  unknown: convergence angle, collection angle, exposure\n');
  });

  it('and the user knows better', async () => {
    const path = write('other.msa', EELS);
    const { modality, evidence, conditions } = await told(path, '--modality', 'xas');
    expect([modality, evidence.modality]).toEqual(['xas', 'stated by the user']);
    expect(conditions.unknown).toEqual(['element', 'edge', 'spacing of the monochromator']);
    expect(await spectrail(['info', path, '--modality', 'alchemy'])).toMatchObject({ code: 2 });
    const out = join(folder, 'stated.msa');
    expect(await spectrail(['convert', path, out, '--modality', 'eds'])).toMatchObject({ code: 0 });
    expect((await told(out)).modality).toBe('eds');
    const untold = join(folder, 'untold.hspy');
    expect(await spectrail(['convert', path, untold, '--modality', 'unknown'])).toMatchObject({ code: 0 });
    expect((await told(untold)).metadata).not.toHaveProperty('signal_type');
  });

  it('and why there is no modality, or no spectrum', async () => {
    const energy = await told(write('energy.msa', emsa('')));
    expect([energy.modality, energy.evidence.modality]).toEqual([
      'unknown',
      'the file does not say, and its axis, without a name, in eV, may be of several',
    ]);
    expect(energy.conditions).toEqual({ known: [], unknown: [] });
    const columns = await told(write('columns.txt', 'a b c\n1 2 3\n4 5 6\n'));
    expect(columns.evidence).toEqual({ modality: 'no spectrum: it is a table of columns without a declared axis' });
    expect(columns).not.toHaveProperty('noise');
  });

  it('a table is a spectrum where its columns say so', async () => {
    const path = write('mu.txt', '# energy_eV mu\n7100 0.5\n7101 0.75\n');
    const { kind, modality, evidence } = (await told(path)) as InfoSignal & Evidence & { kind: string };
    expect({ kind, modality, evidence }).toEqual({
      kind: 'table',
      modality: 'xas',
      evidence: { modality: 'the values are called "mu"', noise: 'the file calls its values "mu": no counts' },
    });
  });

  it('large files of numbers that may be no counts are looked at when asked to', async () => {
    const rows = Array.from({ length: 600_000 }, () => '1').join(',\n');
    const path = write('large.msa', emsa('', `${rows},\n`).replace('NPOINTS : 3', 'NPOINTS : 600000'));
    expect(await told(path)).not.toHaveProperty('noise');
    expect((await spectrail(['info', path])).stdout).toContain('  Noise: not looked at; --stats reads the values\n');
    expect((await told(path, '--stats')).evidence.noise).toBe('counts: whole numbers, smallest 1');
  });
});

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

describe.skipIf(!shared)('values that cannot be read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spectrail-unread-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are no reason not to say what the file holds, until they are asked for', async () => {
    const path = join(folder, 'map.hspy');
    await spectrail(['convert', join(shared as string, 'corpus/dm4/EELS_SI.dm4'), path]);
    const bytes = readFileSync(path);
    // The packed values are what was written last.
    const packed = bytes.lastIndexOf(Buffer.of(0x78, 0x01));
    writeFileSync(path, bytes.fill(0xff, packed + 10, packed + 210));
    const { code, stdout } = await spectrail(['info', path]);
    expect(code).toBe(0);
    expect(stdout).toContain('  Noise: not looked at; --stats reads the values\n');
    const asked = await spectrail(['info', path, '--stats']);
    expect(asked.code).not.toBe(0);
    expect(asked.stderr).toContain('failed');
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
