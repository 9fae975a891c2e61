import { pixelRows } from '../formats/pixel-rows.ts';
import { runsAhead, runsOf } from '../formats/runs-ahead.ts';
import { square } from '../kernels/index.ts';
import { TILE_PIXELS } from '../shapes/tile.ts';
import { spectrumOf } from '../signal/as-signal.ts';
import { type Axis, axisValue } from '../signal/axis.ts';
import type { EventsBlock } from '../signal/block.ts';
import type { ArrayDataset, Dataset, TableDataset } from '../signal/dataset.ts';
import { DTYPES, type Dtype, isReal, type ValueArray } from '../signal/dtype.ts';
import { inputError, isSpectrailError } from '../signal/errors.ts';
import type { NoiseFacts } from '../signal/infer-noise.ts';
import { type InferredModality, inferModality, type ModalityId } from '../signal/modality.ts';

/** Sum, smallest and largest finite value. */
export interface Range {
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

export type CellValue =
  | number
  | null
  | { readonly re: number | null; readonly im: number | null }
  | Record<string, number | null>;

/** What `--stats` adds; colour values per field, complex ones by their modulus. */
export type Statistics =
  | Range
  | { readonly perField: Readonly<Record<string, Range>> }
  | { readonly sum: { readonly re: number; readonly im: number }; readonly absMin: number; readonly absMax: number };

/** Names of dtypes for machines: as NumPy says them, colour as its fields. */
export function dtypeForMachines(dtype: Dtype): string | { readonly fields: readonly (readonly [string, string])[] } {
  return dtype === 'rgba8' ? { fields: RGBA.map((field) => [field, 'uint8'] as const) } : dtype;
}

const RGBA = ['R', 'G', 'B', 'A'];

/** Role is `navigation`, or `signal` for spectral axes and the axes of an image alike. */
export function axisForMachines(axis: Axis) {
  const base = {
    name: axis.name,
    role: axis.role === 'navigation' ? 'navigation' : 'signal',
    size: axis.size,
    ...(axis.kind === 'uniform' ? { scale: axis.scale, offset: axis.offset } : { positions: keyPositions(axis) }),
    units: axis.unit,
  };
  return base;
}

function keyPositions(axis: Axis): { first: number | null; mid: number | null; last: number | null } {
  if (axis.size === 0) return { first: null, mid: null, last: null };
  return { first: axisValue(axis, 0), mid: axisValue(axis, axis.size >> 1), last: axisValue(axis, axis.size - 1) };
}

/** The dataset as a spectrum, where it is one. */
export function spectrumIn(dataset: Dataset): ArrayDataset | undefined {
  return spectrumOrReason(dataset).spectrum;
}

function spectrumOrReason(dataset: Dataset): { readonly spectrum?: ArrayDataset; readonly reason?: string } {
  try {
    return { spectrum: spectrumOf(dataset) };
  } catch (error) {
    if (!isSpectrailError(error)) throw error;
    return { reason: error.what };
  }
}

/** The modality that the plan would infer, and from what; what the user states wins. */
export function modalityFound(dataset: Dataset, stated?: ModalityId): InferredModality {
  if (stated) return { id: stated, evidence: 'stated by the user' };
  const { spectrum, reason } = spectrumOrReason(dataset);
  if (spectrum) return inferModality(spectrum.metadata, spectrum.axes.at(-1));
  const said = inferModality(dataset.metadata);
  return dataset.metadata.signal_type === undefined ? { ...said, evidence: `no spectrum: ${reason}` } : said;
}

/** Values of this many bytes are looked at without being asked for. */
const SMALL = 1 << 22;

/**
 * What is known of the values of a spectrum, as far as it costs nothing: from their type, or because they are few.
 * Undefined where only a look at them tells.
 */
export async function cheapFacts({ dtype, shape, values }: ArrayDataset): Promise<NoiseFacts | undefined> {
  if (values.kind === 'events') return { whole: true, events: true };
  if (dtype.startsWith('uint')) return { whole: true };
  if (shape.reduce((product, size) => product * size, DTYPES[dtype].bytes) > SMALL) return undefined;
  return factsOf(await values.load());
}

function factsOf(values: ValueArray | EventsBlock): NoiseFacts {
  const range = new RunningRange();
  addRun(range, values);
  return range.facts();
}

/**
 * Sum, min and max of an array dataset, and whether its numbers are whole; costs a pass over its values, by runs of pixels
 * where the file allows it.
 */
export async function datasetStatistics(
  dataset: ArrayDataset,
): Promise<{ readonly statistics: Statistics; readonly facts?: NoiseFacts }> {
  const { rows } = dataset.values;
  if (rows || dataset.values.kind === 'events') {
    const range = new RunningRange();
    const { pixels, read } = await pixelRows(dataset);
    for await (const { values } of runsAhead({ read }, runsOf(pixels, TILE_PIXELS))) addRun(range, values);
    return { statistics: range.result(), facts: range.facts() };
  }
  const values = await dataset.values.load();
  if (isReal(dataset.dtype)) return { statistics: rangeOf(values), facts: factsOf(values) };
  if (dataset.dtype === 'rgba8') {
    return { statistics: { perField: Object.fromEntries(RGBA.map((field, i) => [field, rangeOf(values, i, 4)])) } };
  }
  let absMin = Number.POSITIVE_INFINITY;
  let absMax = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i += 2) {
    const modulus = Math.sqrt(square(Number(values[i])) + square(Number(values[i + 1])));
    if (modulus < absMin) absMin = modulus;
    if (modulus > absMax) absMax = modulus;
  }
  const sum = { re: rangeOf(values, 0, 2).sum, im: rangeOf(values, 1, 2).sum };
  return { statistics: { sum, absMin, absMax } };
}

function addRun(range: RunningRange, values: ValueArray | EventsBlock): void {
  if (!('kind' in values)) {
    range.add(values);
    return;
  }
  const { pixels, channels, offsets, count } = values;
  const entries = count.subarray(offsets[0], offsets[pixels]);
  if (entries.length < pixels * channels) range.add(Uint8Array.of(0));
  range.add(entries);
}

/** Compensated (Kahan) sum and range of every `stride`-th value; what is not finite is left out. */
export function rangeOf(values: ValueArray, start = 0, stride = 1): Range {
  const range = new RunningRange();
  range.add(values, start, stride);
  return range.result();
}

class RunningRange {
  #sum = 0;
  #lost = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #whole = true;

  add(values: ValueArray, start = 0, stride = 1): void {
    let sum = this.#sum;
    let lost = this.#lost;
    let min = this.#min;
    let max = this.#max;
    let whole = this.#whole;
    for (let i = start; i < values.length; i += stride) {
      const value = Number(values[i]);
      if (!Number.isFinite(value)) continue;
      const next = value - lost;
      const total = sum + next;
      lost = total - sum - next;
      sum = total;
      if (value < min) min = value;
      if (value > max) max = value;
      if (whole && value !== Math.floor(value)) whole = false;
    }
    this.#whole = whole;
    this.#sum = sum;
    this.#lost = lost;
    this.#min = min;
    this.#max = max;
  }

  result(): Range {
    return { sum: this.#sum, min: this.#min, max: this.#max };
  }

  facts(): NoiseFacts {
    return { whole: this.#whole, min: this.#min };
  }
}

/**
 * Value at an index, navigation axes first. Not finite: null.
 * @throws SpectrailError `input/bad-index` when the index does not lie in the array.
 */
export async function probe(dataset: ArrayDataset, index: readonly number[]): Promise<CellValue> {
  const { shape } = dataset;
  const inside = index.length === shape.length && index.every((i, d) => i < shape[d]);
  if (!inside) throw badIndex(dataset, index, `${shape.length} indices below ${shape.join(', ')}`);
  const flat = index.reduce((at, i, d) => at * shape[d] + i, 0);
  const { rows } = dataset.values;
  if (rows || dataset.values.kind === 'events') {
    const { read, channels } = await pixelRows(dataset);
    const pixel = Math.floor(flat / channels);
    const row = await read(pixel, pixel + 1);
    const j = flat % channels;
    if (!('kind' in row)) return finite(Number(row[j]));
    const e = row.channel.indexOf(j, row.offsets[0]);
    return e >= 0 && e < row.offsets[1] ? row.count[e] : 0;
  }
  const values = await dataset.values.load();
  const at = (i: number) => finite(Number(values[flat * DTYPES[dataset.dtype].width + i]));
  if (isReal(dataset.dtype)) return at(0);
  if (dataset.dtype === 'rgba8') return Object.fromEntries(RGBA.map((field, i) => [field, at(i)]));
  return { re: at(0), im: at(1) };
}

/** Value of every column in a row of a table. */
export function probeTable(dataset: TableDataset, index: readonly number[]): Record<string, number | null> {
  if (index.length !== 1 || index[0] >= dataset.rows) throw badIndex(dataset, index, `one row below ${dataset.rows}`);
  return Object.fromEntries(dataset.columns.map(({ name, values }) => [name, finite(values[index[0]])]));
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function badIndex(dataset: Dataset, index: readonly number[], expected: string) {
  return inputError({
    code: 'bad-index',
    where: dataset.title || undefined,
    what: `the index ${index.join(',')} does not lie in it`,
    expected,
    fix: 'choose the signal with --signal where a file holds several',
  });
}
