import type { EventsBlock } from '../signal/block.ts';
import type { ArrayDataset } from '../signal/dataset.ts';
import { DTYPES, type Dtype, type NumberArray, type ValueArray } from '../signal/dtype.ts';
import { outputError } from '../signal/errors.ts';

/**
 * All values of a dataset in C order, dense, in runs of whole rows of the first axis of about `bytes` bytes. Sparse counts
 * are made dense one run at a time, so the whole cube never stands in memory.
 *
 * @throws SpectrailError `output/value-too-large` when a count does not fit the dataset's dtype, `output/wrong-length` when
 * the values do not fill the shape.
 */
export async function valueRuns(dataset: ArrayDataset, bytes: number): Promise<Iterable<ValueArray>> {
  const { shape, dtype, values } = dataset;
  const rows = shape[0] ?? 1;
  const row = shape.slice(1).reduce((a, b) => a * b, 1);
  const step = Math.max(1, Math.floor(bytes / (row * DTYPES[dtype].bytes)));
  const count = rows * row;
  const loaded = await values.load();
  const dense = 'kind' in loaded ? undefined : loaded;
  const given = 'kind' in loaded ? loaded.pixels * loaded.channels : loaded.length / DTYPES[dtype].width;
  if (given !== count) {
    throw outputError({
      code: 'wrong-length',
      what: `"${dataset.title}" holds ${given} values`,
      expected: `${count} for the shape ${shape.join(' × ')}`,
    });
  }
  return (function* () {
    const { width } = DTYPES[dtype];
    for (let start = 0; start < rows; start += step) {
      const end = Math.min(rows, start + step);
      if (dense) yield dense.subarray(start * row * width, end * row * width);
      else yield denseValues(loaded as EventsBlock, dataset.dtype, start * row, end * row);
    }
  })();
}

/**
 * Values [from, to) of the dense form of sparse counts.
 * @throws SpectrailError `output/value-too-large` when a count does not fit the dtype.
 */
export function denseValues(events: EventsBlock, dtype: Dtype, from: number, to: number): ValueArray {
  const { channels, offsets, channel, count } = events;
  const values = DTYPES[dtype].make(to - from);
  const wide = values instanceof BigInt64Array || values instanceof BigUint64Array ? values : undefined;
  const out = values as NumberArray;
  const [first, last] = [Math.floor(from / channels), Math.ceil(to / channels)];
  for (let pixel = first; pixel < last; pixel++) {
    const base = pixel * channels - from;
    for (let e = offsets[pixel]; e < offsets[pixel + 1]; e++) {
      const at = base + channel[e];
      if (at < 0 || at >= out.length) continue;
      if (wide) wide[at] = BigInt(count[e]);
      else {
        out[at] = count[e];
        if (out[at] !== count[e]) throw tooLarge(dtype, count[e]);
      }
    }
  }
  return values;
}

function tooLarge(dtype: Dtype, value: number) {
  return outputError({
    code: 'value-too-large',
    what: `a count of ${value} does not fit ${dtype}`,
    expected: 'a wider type for these counts',
  });
}
