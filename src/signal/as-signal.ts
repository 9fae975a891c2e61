import type { Axis } from './axis.ts';
import type { DenseBlock } from './block.ts';
import { type ArrayDataset, type Dataset, type StoredRows, settled, type ValueFacts } from './dataset.ts';
import { isReal, type NumberArray, type ValueArray } from './dtype.ts';
import { inputError } from './errors.ts';
import { inferNoise } from './infer-noise.ts';
import type { Intensity } from './intensity.ts';
import { type Mask, reasonCode } from './mask.ts';
import { inferModality, type ModalityId } from './modality.ts';
import { type Noise, unknownNoise } from './noise.ts';
import { RunFacts } from './run-facts.ts';
import type { Shift } from './shift.ts';
import { createSignal, type Signal } from './signal.ts';
import type { Source } from './source.ts';
import { gatherEvents, SPARSE_BELOW } from './sparse.ts';
import { tableSpectrum } from './table-spectrum.ts';
import { parseInUnit } from './units.ts';

/** What the user knows better than the file. */
export interface SignalOptions {
  readonly modality?: ModalityId;
  readonly noise?: Noise;
  /** How the values were normalised before they reached us. */
  readonly normalised?: string;
  /** Known drift of the spectral axis across the map: "0.5 eV", or a number in the unit of the axis. */
  readonly drift?: string | number;
  /** Most bytes of values to hold in memory; larger signals are read from their file where they are needed. Default: all. */
  readonly hold?: number;
}

/**
 * Narrows a dataset, or a table whose column names say what they are, to one spectral axis, with modality, intensity and noise inferred from evidence that is kept in the
 * history. Values are loaded, or left in their file where they are larger than `hold` and the format reads by pixels.
 * @throws SpectrailError `input/not-a-signal` saying why not (table, image, complex or colour values, no spectral axis).
 */
export async function asSignal(dataset: Dataset, options: SignalOptions = {}): Promise<Signal> {
  const array = await settled(spectrumOf(dataset));
  const axis = array.axes.at(-1) as Axis;
  const navigation = array.axes.slice(0, -1);
  const inferred = inferModality(array.metadata, axis);
  const modality = options.modality ?? inferred.id;
  const rows = array.values.rows;
  const loaded =
    rows && rows.source.bytes > (options.hold ?? Number.POSITIVE_INFINITY)
      ? await leaveInFile(rows)
      : await loadBlock(array);
  const found = inferNoise(loaded.facts, modality, array.metadata.quantity);
  const { noise, evidence } = options.noise ? { noise: options.noise, evidence: 'stated by the user' } : found;
  const intensity: Intensity = options.normalised ? { kind: 'normalised', how: options.normalised } : found.intensity;
  const shift: Shift | undefined =
    options.drift === undefined
      ? undefined
      : { state: 'bounded', within: parseInUnit(options.drift, axis.unit), origin: 'stated by the user' };
  return createSignal({
    title: array.title,
    modality,
    navigation,
    spectral: { ...axis, role: 'spectral' },
    source: loaded.source,
    intensity,
    noise: options.normalised && !options.noise ? unknownNoise(`normalised (${options.normalised})`) : noise,
    mask: loaded.mask,
    shift,
    metadata: array.metadata,
    history: [
      {
        step: 'open',
        version: 1,
        params: { modality: options.modality ? 'stated by the user' : inferred.evidence, noise: evidence },
      },
    ],
  });
}

/**
 * The array of a dataset, or of a table that is a spectrum, with its one spectral axis last.
 * @throws SpectrailError `input/not-a-signal` saying why there is none.
 */
export function spectrumOf(dataset: Dataset): ArrayDataset {
  return checkArray(dataset.kind === 'table' ? tableSpectrum(dataset) : dataset);
}

/** The dataset a user most likely means: the largest one with a spectral axis. */
export function mainDataset(datasets: readonly Dataset[], title?: string): Dataset {
  const candidates = title === undefined ? datasets : datasets.filter((dataset) => dataset.title === title);
  const size = (dataset: Dataset) =>
    dataset.kind === 'array' ? dataset.shape.reduce((n, s) => n * s, 1) * (isSpectral(dataset) ? 1e6 : 1e-6) : 0;
  const best = candidates.reduce<Dataset | undefined>((a, b) => (a && size(a) >= size(b) ? a : b), undefined);
  if (!best) {
    throw inputError({
      code: 'no-such-signal',
      what: title === undefined ? 'the file holds no data' : `the file holds no signal "${title}"`,
      expected: datasets.length ? `one of ${datasets.map((d) => `"${d.title}"`).join(', ')}` : 'a file with data',
    });
  }
  return best;
}

function isSpectral(dataset: ArrayDataset): boolean {
  return dataset.axes.filter(({ role }) => role !== 'navigation').length === 1;
}

function checkArray(dataset: ArrayDataset): ArrayDataset {
  const refuse = (what: string, expected: string) =>
    inputError({ code: 'not-a-signal', where: dataset.title || undefined, what, expected });
  if (dataset.axes.length === 0) throw refuse('it is an array without axes', 'an array with a spectral axis');
  const signalAxes = dataset.axes.filter(({ role }) => role !== 'navigation');
  if (signalAxes.length !== 1) {
    throw refuse(`it has ${signalAxes.length} signal axes (an image?)`, 'exactly one spectral axis');
  }
  if (!isReal(dataset.dtype)) throw refuse(`its values are ${dataset.dtype}`, 'real numbers');
  const empty = dataset.axes.find(({ size }) => size === 0);
  if (empty) throw refuse(`its axis "${empty.name}" has no points`, 'at least one spectrum of at least one channel');
  return dataset;
}

interface Loaded {
  readonly source: Source;
  readonly mask: Mask;
  readonly facts: ValueFacts;
}

/** Pixels looked at together while a file is inspected. */
const INSPECTED = 4096;

/** Facts of integers may be stated by the file; floating-point values are looked at, for those that are no numbers. */
async function leaveInFile({ source, read, facts }: StoredRows): Promise<Loaded> {
  if (facts) return { source, mask: {}, facts };
  const { pixels, channels } = source;
  const sparse = new RunFacts();
  let whole = true;
  let min = Infinity;
  let nonZero = 0;
  let invalid: Uint8Array | undefined;
  for (let start = 0; start < pixels; start += INSPECTED) {
    const block = await read(start, Math.min(pixels, start + INSPECTED));
    if (block.kind === 'events') sparse.addEvents(block);
    if (block.kind !== 'dense') continue;
    const found = inspect(block.values, block.pixels, channels);
    whole &&= found.facts.whole;
    min = Math.min(min, found.facts.min);
    nonZero += found.facts.nonZero;
    if (!found.mask.pixels) continue;
    invalid ??= new Uint8Array(pixels);
    invalid.set(found.mask.pixels, start);
  }
  return {
    source,
    mask: invalid ? { pixels: invalid } : {},
    facts: sparse.result() ?? { whole, min, nonZero, values: pixels * channels },
  };
}

async function loadBlock(dataset: ArrayDataset): Promise<Loaded> {
  const channels = dataset.shape.at(-1) as number;
  const pixels = dataset.shape.slice(0, -1).reduce((n, s) => n * s, 1);
  if (dataset.values.kind === 'events') {
    const block = await dataset.values.load();
    const run = new RunFacts();
    run.addEvents(block);
    const facts = run.result() ?? { whole: true, min: 0, nonZero: 0, values: pixels * channels };
    return { source: { type: 'memory', block }, mask: {}, facts };
  }
  const values = asNumbers(await dataset.values.load(), dataset.title);
  const { facts, mask } = inspect(values, pixels, channels);
  const dense: DenseBlock = { kind: 'dense', pixels, channels, values };
  const sparse = facts.whole && facts.min >= 0 && pixels > 1 && facts.nonZero < SPARSE_BELOW * facts.values;
  const events = sparse ? gatherEvents(values, pixels, channels) : undefined;
  return { source: { type: 'memory', block: events?.kind === 'events' ? events : dense }, mask, facts };
}

/** 64-bit integers become doubles while they are exact. */
function asNumbers(values: ValueArray, title: string): NumberArray {
  if (!(values instanceof BigInt64Array || values instanceof BigUint64Array)) return values;
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    out[i] = Number(values[i]);
    if (!Number.isSafeInteger(out[i])) {
      throw inputError({
        code: 'not-a-signal',
        where: title || undefined,
        what: `value ${values[i]} at ${i} is beyond what a double holds exactly`,
        expected: 'whole numbers below 2^53',
      });
    }
  }
  return out;
}

/** One look at every value: whole numbers? negative? and NaN or infinity, which masks its pixel and becomes 0. */
function inspect(values: NumberArray, pixels: number, channels: number): { facts: ValueFacts; mask: Mask } {
  let whole = true;
  let min = Infinity;
  let nonZero = 0;
  let invalid: Uint8Array | undefined;
  for (let i = 0; i < pixels; i++) {
    for (let j = i * channels; j < (i + 1) * channels; j++) {
      const value = values[j];
      if (!Number.isFinite(value)) {
        invalid ??= new Uint8Array(pixels);
        invalid[i] = reasonCode('not a number');
        values[j] = 0;
        continue;
      }
      if (value !== 0) nonZero++;
      if (value < min) min = value;
      if (whole && value !== Math.floor(value)) whole = false;
    }
  }
  return { facts: { whole, min, nonZero, values: pixels * channels }, mask: invalid ? { pixels: invalid } : {} };
}
