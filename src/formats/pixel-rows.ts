import { type EventsBlock, sliceBlock } from '../signal/block.ts';
import type { ArrayDataset, ValueFacts } from '../signal/dataset.ts';
import { DTYPES, dtypeOf, type ValueArray } from '../signal/dtype.ts';
import { internalError, outputError } from '../signal/errors.ts';

/** Values of a dataset by runs of pixels: all its axes but the last, flattened. */
export interface PixelRows {
  readonly pixels: number;
  readonly channels: number;
  /** Pixels [start, end): values of the dataset's dtype in C order, or sparse counts. */
  readonly read: (start: number, end: number) => Promise<ValueArray | EventsBlock>;
  /** What is known of all values without reading them. */
  readonly facts?: ValueFacts;
}

/**
 * A dataset's values by runs, read where they lie where the dataset offers that, else from one load of all of them.
 * @throws SpectrailError `output/wrong-length` when the values do not fill the shape.
 */
export async function pixelRows(dataset: ArrayDataset): Promise<PixelRows> {
  const { shape, dtype, values, title } = dataset;
  const channels = shape.at(-1) ?? 1;
  const pixels = shape.slice(0, -1).reduce((a, b) => a * b, 1);
  if (values.rows) {
    const { read, facts } = values.rows;
    return { pixels, channels, facts, read: async (start, end) => valuesOf(await read(start, end), dataset) };
  }
  const loaded = await values.load();
  const events = 'kind' in loaded ? loaded : undefined;
  const { width } = DTYPES[dtype];
  const given = events ? events.pixels * events.channels : (loaded as ValueArray).length / width;
  if (given !== pixels * channels || (events && events.channels !== channels)) {
    throw outputError({
      code: 'wrong-length',
      what: `"${title}" holds ${given} values`,
      expected: `${pixels * channels} for the shape ${shape.join(' × ')}`,
    });
  }
  const read = events
    ? async (start: number, end: number) => sliceBlock(events, start, end)
    : async (start: number, end: number) =>
        (loaded as ValueArray).subarray(start * channels * width, end * channels * width);
  return { pixels, channels, read };
}

function valuesOf(
  block: Awaited<ReturnType<NonNullable<ArrayDataset['values']['rows']>['read']>>,
  dataset: ArrayDataset,
) {
  if (block.kind === 'events') return block;
  if (block.kind === 'dense' && DTYPES[dataset.dtype].make(0).constructor === block.values.constructor) {
    return block.values;
  }
  const held = block.kind === 'dense' ? dtypeOf(block.values) : block.kind;
  throw internalError({ code: 'wrong-rows', what: `rows of "${dataset.title}" are ${held}, not ${dataset.dtype}` });
}
