import { defineFold } from '../../shapes/shape.ts';
import { type Block, readRow } from '../../signal/block.ts';
import { type Factor, gainAt } from '../../signal/noise.ts';
import { mapShape, type Signal } from '../../signal/signal.ts';
import type { Region } from '../products.ts';
import type { StepContext } from '../step.ts';
import { bandChannels } from './bands.ts';
import { type Found, modelBlock } from './found.ts';
import { describeRegion, findCandidates, trimCandidate } from './regions.ts';

/** Raw counts of a few pixels: listed × channels, whatever else the cube holds. */
export const spectra = defineFold<{ readonly listed: Uint32Array; readonly gain: Factor }, { rows: Float64Array[] }>({
  init: () => ({ rows: [] }),
  add: ({ listed, gain }, _state, [block], start) => {
    const rows: Float64Array[] = [];
    for (const pixel of listed) {
      if (pixel < start || pixel >= start + block.pixels) continue;
      rows.push(countsOf(block, pixel - start, pixel, gain));
    }
    return { rows };
  },
  merge: (left, right) => ({ rows: [...left.rows, ...right.rows] }),
  example: ({ pixels }) => ({
    args: { listed: Uint32Array.of(0, pixels - 1), gain: { per: 'cube', value: 1 } },
    kinds: ['events'],
  }),
});

function countsOf(block: Block, row: number, pixel: number, gain: Factor): Float64Array {
  const out = new Float64Array(block.channels);
  if (block.kind === 'events') {
    for (let e = block.offsets[row]; e < block.offsets[row + 1]; e++) out[block.channel[e]] = block.count[e];
  } else if (block.kind === 'dense') {
    for (let j = 0; j < out.length; j++) out[j] = block.values[row * block.channels + j] / gainAt(gain, pixel, j);
  }
  return out;
}

/** Regions above the threshold, strongest first, with their raw and model spectra. */
export async function describeRegions(
  context: StepContext,
  signal: Signal,
  model: Signal,
  found: Found,
  limit: number,
): Promise<Region[]> {
  const { width, height } = mapShape(signal.navigation);
  const { bands } = found;
  const candidates = findCandidates(
    found.significance,
    found.test,
    Math.max(1, bands.edges.length - 2),
    found.threshold,
    width,
    height,
    limit,
  );
  if (candidates.length === 0) return [];
  const listed = Uint32Array.from(candidates.flatMap(({ pixels }) => pixels)).sort();
  const geometry = { pixels: width * height, channels: signal.spectral.size, width };
  const { gain } = found;
  const { rows } = await context.fold<{ rows: Float64Array[] }>('spectra', { listed, gain }, [signal.source], geometry);
  const rowOf = new Map(Array.from(listed, (pixel, i) => [pixel, rows[i]]));
  const block = await modelBlock(context, model, geometry.pixels);
  return candidates.map((candidate, index) => {
    const [first, end] = bandChannels(bands, candidate.band);
    const inBand = (values: Float64Array) => values.subarray(first, end).reduce((sum, value) => sum + value, 0);
    const models = candidate.pixels.map((pixel) => readRow(block, pixel, new Float64Array(block.channels)));
    const { keep, coherent } = trimCandidate(candidate, {
      observed: Float64Array.from(candidate.pixels, (pixel) => inBand(rowOf.get(pixel) as Float64Array)),
      expected: Float64Array.from(models, (values) => Math.max(1e-3, inBand(values))),
    });
    const counts = new Float64Array(signal.spectral.size);
    const expected = new Float64Array(signal.spectral.size);
    for (const i of keep) {
      const row = rowOf.get(candidate.pixels[i]) as Float64Array;
      for (let j = 0; j < counts.length; j++) {
        counts[j] += row[j];
        expected[j] += models[i][j];
      }
    }
    const kept = keep.map((i) => candidate.pixels[i]);
    return describeRegion(
      index + 1,
      candidate,
      kept,
      coherent,
      { counts, model: expected },
      bands,
      signal,
      width,
      found.tests,
      context.node,
    );
  });
}
