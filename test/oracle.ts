import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Axis, axisValue, axisValues } from '../src/signal/axis.ts';
import type { ArrayDataset, Dataset, Plain, TableDataset } from '../src/signal/dataset.ts';
import { DTYPES } from '../src/signal/dtype.ts';
import { canonicalUnit } from '../src/signal/units.ts';
import type { Oracle, OracleAxis, OracleSignal } from './oracle-schema.ts';
import {
  checkNumber,
  compareEvents,
  compareProbe,
  compareStatistics,
  eventsSha256,
  near,
  sha256,
  statistics,
} from './oracle-values.ts';

export type { Oracle } from './oracle-schema.ts';

export interface CompareOptions {
  /** Also compare the SHA-256 of values (and of explicit axes): bit-exact. Default false. */
  readonly bytes?: boolean;
  /** Also compare titles. Default false. */
  readonly title?: boolean;
  /** `exact` (default): the same keys, null = absent. `subset`: the reader may say more. `ignore`: not compared. */
  readonly metadata?: 'exact' | 'subset' | 'ignore';
}

/** The folder with the corpus: SPECTRAIL_SHARED, or `../shared` beside the repository; undefined when there is none. */
export function sharedFolder(): string | undefined {
  const repository = fileURLToPath(new URL('..', import.meta.url));
  const folder = process.env.SPECTRAIL_SHARED ?? resolve(repository, '..', 'shared');
  return existsSync(folder) ? folder : undefined;
}

/** The corpus in the shared folder; undefined when there is none. */
export function corpusFolder(): string | undefined {
  const shared = sharedFolder();
  return shared && join(shared, 'corpus');
}

/** Files of one corpus folder that have decoded signals in their oracle (no companions), sorted; empty without a corpus. */
export function corpusFiles(format: string, corpus = corpusFolder()): { file: string; oracle: Oracle }[] {
  if (!corpus) return [];
  const folder = join(corpus, format);
  if (!existsSync(folder)) return [];
  const suffix = '.oracle.json';
  return readdirSync(folder)
    .filter((name) => name.endsWith(suffix))
    .sort()
    .map((name) => ({
      file: join(folder, name.slice(0, -suffix.length)),
      oracle: JSON.parse(readFileSync(join(folder, name), 'utf8')) as Oracle,
    }))
    .filter(({ oracle }) => oracle.signals.length > 0 && oracle.reader !== 'companion');
}

/** Differences in words, one a line; empty when the reader and the oracle agree. Loads every value. */
export async function compareWithOracle(
  datasets: readonly Dataset[],
  oracle: Oracle,
  options: CompareOptions = {},
): Promise<string[]> {
  const found: string[] = [];
  if (datasets.length !== oracle.signals.length) {
    found.push(`${datasets.length} signals, oracle has ${oracle.signals.length}`);
  }
  const absolute = oracle.reader.startsWith('xylib') ? 1e-6 : 0;
  for (let i = 0; i < Math.min(datasets.length, oracle.signals.length); i++) {
    const differences: string[] = [];
    const [dataset, signal] = [datasets[i], oracle.signals[i]];
    if (options.title && dataset.title !== signal.title) {
      differences.push(`title "${dataset.title}", oracle "${signal.title}"`);
    }
    const table = signal.kind === 'table';
    if (dataset.kind !== (table ? 'table' : 'array')) {
      differences.push(`kind ${dataset.kind}, oracle ${table ? 'table' : 'array'}`);
    } else if (dataset.kind === 'table') {
      compareTable(dataset, signal, absolute, options, differences);
    } else {
      await compareArray(dataset, signal, options, differences);
    }
    const mode = options.metadata ?? 'exact';
    if (mode !== 'ignore' && signal.keyMetadata) {
      comparePlain('metadata', dataset.metadata, signal.keyMetadata, mode === 'exact', differences);
    }
    found.push(...differences.map((text) => `signal ${i} (${signal.title}): ${text}`));
  }
  return found;
}

async function compareArray(dataset: ArrayDataset, signal: OracleSignal, options: CompareOptions, out: string[]) {
  const shape = signal.shape ?? [];
  if (dataset.shape.join() !== shape.join()) out.push(`shape [${dataset.shape}], oracle [${shape}]`);
  const dtype = oracleDtype(signal.dtype);
  if (dataset.dtype !== dtype) out.push(`dtype ${dataset.dtype}, oracle ${dtype}`);
  compareAxes(dataset, signal.axesInArrayOrder ?? signal.axes ?? [], options, out);
  const expected = shape.reduce((a, b) => a * b, 1);
  if (dataset.values.kind === 'events') {
    const block = await dataset.values.load();
    compareEvents(block, signal, out);
    const comparable = dataset.dtype === dtype && block.pixels * block.channels === expected;
    if (options.bytes && signal.sha256 && comparable && eventsSha256(block, dtype) !== signal.sha256) {
      out.push('the bytes of the values differ (sha256)');
    }
    return;
  }
  const values = await dataset.values.load();
  const { width, bytes } = DTYPES[dataset.dtype];
  if (values.length !== expected * width) {
    out.push(`${values.length} elements loaded, ${expected * width} expected from the shape`);
    return;
  }
  if (values.BYTES_PER_ELEMENT * width !== bytes)
    out.push(`values are ${values.constructor.name} for ${dataset.dtype}`);
  compareStatistics(values, dataset.dtype, signal, out);
  for (const probe of signal.probes ?? []) compareProbe(values, dataset, probe, out);
  if (options.bytes && signal.sha256 && dataset.dtype === dtype && !isPartialRgb(signal)) {
    if (sha256(values) !== signal.sha256) out.push('the bytes of the values differ (sha256)');
  }
}

function compareAxes(dataset: ArrayDataset, axes: readonly OracleAxis[], options: CompareOptions, out: string[]) {
  if (axes.length === 0) return;
  if (dataset.axes.length !== axes.length) {
    out.push(`${dataset.axes.length} axes, oracle has ${axes.length}`);
    return;
  }
  const signalAxes = axes.filter((axis) => axis.navigate === false).length;
  axes.forEach((expected, i) => {
    const axis = dataset.axes[i];
    const where = `axis ${i} "${expected.name ?? ''}"`;
    if (axis.name !== (expected.name ?? '')) out.push(`${where}: name "${axis.name}"`);
    const unit = canonicalUnit(expected.units ?? '');
    if (axis.unit !== unit) out.push(`${where}: unit "${axis.unit}", oracle "${unit}"`);
    if (axis.size !== expected.size) out.push(`${where}: size ${axis.size}, oracle ${expected.size}`);
    if (axis.size !== dataset.shape[i]) out.push(`${where}: size ${axis.size}, but the shape says ${dataset.shape[i]}`);
    if (expected.navigate !== undefined && (axis.role === 'navigation') !== expected.navigate) {
      out.push(`${where}: role ${axis.role}, oracle ${expected.navigate ? 'navigation' : 'signal'}`);
    }
    if (axis.role === 'spectral' && signalAxes > 1) out.push(`${where}: spectral among ${signalAxes} signal axes`);
    if (expected.scale !== undefined && expected.offset !== undefined) compareUniform(axis, expected, where, out);
    else if (expected.first !== undefined) compareExplicit(axis, expected, options, where, out);
  });
}

function compareUniform(axis: Axis, expected: OracleAxis, where: string, out: string[]) {
  if (axis.kind !== 'uniform') {
    out.push(`${where}: explicit positions, oracle has scale and offset`);
    return;
  }
  const [scale, offset] = [expected.scale!, expected.offset!];
  if (!near(axis.scale, scale, 1e-6 * Math.abs(scale))) out.push(`${where}: scale ${axis.scale}, oracle ${scale}`);
  if (!near(axis.offset, offset, 1e-6 * Math.max(Math.abs(offset), Math.abs(scale)))) {
    out.push(`${where}: offset ${axis.offset}, oracle ${offset}`);
  }
}

function compareExplicit(axis: Axis, expected: OracleAxis, options: CompareOptions, where: string, out: string[]) {
  const n = expected.size;
  const span = Math.abs(expected.last! - expected.first!) / Math.max(n - 1, 1);
  const points: [string, number, number | undefined][] = [
    ['first', 0, expected.first],
    ['mid', n >> 1, expected.mid],
    ['last', n - 1, expected.last],
  ];
  for (const [label, index, value] of points) {
    if (value === undefined || axis.size !== n) continue;
    const got = axisValue(axis, index);
    if (!near(got, value, 1e-6 * Math.max(Math.abs(value), span))) {
      out.push(`${where}: ${label} position ${got}, oracle ${value}`);
    }
  }
  if (options.bytes && expected.sha256_f64 && sha256(axisValues(axis)) !== expected.sha256_f64) {
    out.push(`${where}: the bytes of the positions differ (sha256)`);
  }
}

function compareTable(
  dataset: TableDataset,
  signal: OracleSignal,
  absolute: number,
  options: CompareOptions,
  out: string[],
) {
  const columns = signal.columns ?? [];
  if (dataset.rows !== signal.rows) out.push(`${dataset.rows} rows, oracle has ${signal.rows}`);
  if (dataset.columns.length !== columns.length) {
    out.push(`${dataset.columns.length} columns, oracle has ${columns.length}`);
  }
  for (let c = 0; c < Math.min(columns.length, dataset.columns.length); c++) {
    const [column, expected] = [dataset.columns[c], columns[c]];
    const where = `column ${c}`;
    if (column.name !== expected.name) out.push(`${where}: name "${column.name}", oracle "${expected.name}"`);
    if (expected.units !== undefined && column.unit !== canonicalUnit(expected.units)) {
      out.push(`${where}: unit "${column.unit}", oracle "${expected.units}"`);
    }
    const got = statistics(column.values);
    checkNumber(`${where} sum`, got.sum, expected.sum, absolute * dataset.rows + 1e-9 * got.absolute, out);
    checkNumber(`${where} min`, got.min, expected.min, absolute, out);
    checkNumber(`${where} max`, got.max, expected.max, absolute, out);
    for (const { index, value } of expected.probes) {
      const [cell, wanted] = [column.values[index[0]], Number(value)];
      if (value === null || !Number.isFinite(wanted)) continue;
      checkNumber(`${where} row ${index[0]}`, cell, wanted, absolute + 1e-12 * Math.abs(wanted), out);
    }
    if (options.bytes && expected.sha256 && sha256(column.values) !== expected.sha256) {
      out.push(`${where}: the bytes of the values differ (sha256)`);
    }
  }
}

/** Metadata against the oracle's, numbers to 1e-6, null as absent; `exact`: no other keys. */
export function comparePlain(where: string, got: Plain | undefined, expected: Plain, exact: boolean, out: string[]) {
  if (expected === null && (got === undefined || got === null)) return;
  if (typeof expected === 'number' && typeof got === 'number') {
    if (!near(got, expected, 1e-6 * Math.abs(expected))) out.push(`${where}: ${got}, oracle ${expected}`);
    return;
  }
  if (Array.isArray(expected) && Array.isArray(got)) {
    if (got.length !== expected.length) out.push(`${where}: ${got.length} entries, oracle has ${expected.length}`);
    else for (const [i, value] of expected.entries()) comparePlain(`${where}[${i}]`, got[i], value, exact, out);
    return;
  }
  // The reference reader leaves some numbers in the words of the file.
  if (typeof got === 'number' && typeof expected === 'string' && Number(expected) === got) return;
  if (isTree(expected) && isTree(got)) {
    for (const [key, value] of Object.entries(expected)) comparePlain(`${where}.${key}`, got[key], value, exact, out);
    if (!exact) return;
    for (const key of Object.keys(got)) {
      if (!Object.hasOwn(expected, key) && !namesUnit(key, expected))
        out.push(`${where}.${key}: ${JSON.stringify(got[key])}, not in the oracle`);
    }
    return;
  }
  if (got !== expected) out.push(`${where}: ${JSON.stringify(got) ?? 'absent'}, oracle ${JSON.stringify(expected)}`);
}

/** Units that the reference reader leaves unsaid. */
function namesUnit(key: string, expected: { [key: string]: Plain }): boolean {
  return key.endsWith('_units') && Object.hasOwn(expected, key.slice(0, -'_units'.length));
}

function isTree(value: Plain | undefined): value is { [key: string]: Plain } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function oracleDtype(dtype: OracleSignal['dtype']): string {
  if (dtype === undefined) return 'none';
  if (typeof dtype === 'object') return 'rgba8';
  const match = /^[<>|=]([uif])(\d)$/.exec(dtype);
  if (!match) return dtype;
  return `${{ u: 'uint', i: 'int', f: 'float' }[match[1]]}${8 * Number(match[2])}`;
}

/** R, G, B without A: the oracle's bytes are three a value, ours four. */
function isPartialRgb(signal: OracleSignal): boolean {
  return typeof signal.dtype === 'object' && signal.dtype.fields.length !== 4;
}
