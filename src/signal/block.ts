import { DTYPES, type Dtype, type NumberArray } from './dtype.ts';
import { inputError } from './errors.ts';
import { gatherEvents } from './sparse.ts';

/**
 * A run of whole pixels, the unit in which every shape meets the data. Structured-cloneable: it crosses worker
 * boundaries as it is.
 */
export interface DenseBlock {
  readonly kind: 'dense';
  readonly pixels: number;
  readonly channels: number;
  /** Row-major, pixels × channels. */
  readonly values: NumberArray;
}

/**
 * Sparse counts. Events of pixel i are entries offsets[i] … offsets[i+1]−1, channels strictly ascending within a pixel,
 * counts > 0. offsets[0] may be non-zero: a block may be a view into a larger store.
 */
export interface EventsBlock {
  readonly kind: 'events';
  readonly pixels: number;
  readonly channels: number;
  /** Length pixels + 1. Absolute entry numbers into `channel` and `count`. */
  readonly offsets: Uint32Array;
  readonly channel: Uint16Array | Uint32Array;
  readonly count: Uint8Array | Uint16Array | Uint32Array;
}

/** Rows given as a product of small factors (a reconstruction): value(i, j) = Σ_k scores[i,k]·loadings[j,k]. */
export interface FactorsBlock {
  readonly kind: 'factors';
  readonly pixels: number;
  readonly channels: number;
  readonly rank: number;
  /** pixels × rank. Their noise is far above what 7 digits lose. */
  readonly scores: Float32Array;
  /** channels × rank, shared by all blocks of a signal. */
  readonly loadings: Float64Array;
}

export type Block = DenseBlock | EventsBlock | FactorsBlock;
export type BlockKind = Block['kind'];

/** Rows [start, end) of a block, as views: nothing is copied but the clipped offsets of events. */
export function sliceBlock<B extends Block>(block: B, start: number, end: number): B;
export function sliceBlock(block: Block, start: number, end: number): Block {
  const pixels = end - start;
  switch (block.kind) {
    case 'dense': {
      const { channels } = block;
      return { ...block, pixels, values: block.values.subarray(start * channels, end * channels) };
    }
    case 'events': {
      const base = block.offsets[start];
      const stop = block.offsets[end];
      const offsets = block.offsets.slice(start, end + 1);
      for (let i = 0; i < offsets.length; i++) offsets[i] -= base;
      return {
        ...block,
        pixels,
        offsets,
        channel: block.channel.subarray(base, stop),
        count: block.count.subarray(base, stop),
      };
    }
    case 'factors':
      return { ...block, pixels, scores: block.scores.subarray(start * block.rank, end * block.rank) };
  }
}

/** Writes one row as numbers into `out` (length channels), overwriting it. */
export function readRow(block: Block, pixel: number, out: Float64Array): Float64Array {
  const { channels } = block;
  switch (block.kind) {
    case 'dense': {
      const at = pixel * channels;
      for (let j = 0; j < channels; j++) out[j] = block.values[at + j];
      return out;
    }
    case 'events': {
      out.fill(0);
      for (let e = block.offsets[pixel]; e < block.offsets[pixel + 1]; e++) out[block.channel[e]] = block.count[e];
      return out;
    }
    case 'factors': {
      const { rank, scores, loadings } = block;
      for (let j = 0; j < channels; j++) {
        let sum = 0;
        for (let k = 0; k < rank; k++) sum += scores[pixel * rank + k] * loadings[j * rank + k];
        out[j] = sum;
      }
      return out;
    }
  }
}

/** The dense form of a block: for small blocks, files and tests; steps work on the form they are given. */
export function toDense(block: Block, dtype: Dtype = 'float64'): DenseBlock {
  const { pixels, channels } = block;
  if (block.kind === 'dense') return block;
  const values = DTYPES[dtype].make(pixels * channels) as NumberArray;
  const row = new Float64Array(channels);
  for (let i = 0; i < pixels; i++) values.set(readRow(block, i, row), i * channels);
  return { kind: 'dense', pixels, channels, values };
}

/**
 * Sparse form of a dense block of counts.
 * @throws SpectrailError `input/not-counts` for a value that is negative, not whole or above 2^32 − 1.
 */
export function toEvents({ pixels, channels, values }: DenseBlock): EventsBlock {
  const events = gatherEvents(values, pixels, channels);
  if (events.kind === 'events') return events;
  throw inputError({
    code: 'not-counts',
    what: `a value is ${events.value}`,
    expected: 'whole numbers from 0 to 2^32 − 1',
    fix: 'keep the values dense',
  });
}

/** Joins blocks of one kind, in order, into one. Events keep the widest count type among them. */
export function concatBlocks(blocks: readonly Block[]): Block {
  if (blocks.length === 1) return blocks[0];
  const first = blocks[0];
  const pixels = blocks.reduce((sum, block) => sum + block.pixels, 0);
  if (first.kind === 'events') return concatEvents(blocks as EventsBlock[], pixels);
  if (first.kind === 'factors') {
    const scores = new Float32Array(pixels * first.rank);
    let at = 0;
    for (const block of blocks as FactorsBlock[]) {
      scores.set(block.scores, at);
      at += block.scores.length;
    }
    return { ...first, pixels, scores };
  }
  const Values = first.values.constructor as new (length: number) => NumberArray;
  const values = new Values(pixels * first.channels);
  let at = 0;
  for (const block of blocks as DenseBlock[]) {
    values.set(block.values, at);
    at += block.values.length;
  }
  return { ...first, pixels, values };
}

function concatEvents(blocks: readonly EventsBlock[], pixels: number): EventsBlock {
  const size = (block: EventsBlock) => block.offsets[block.pixels] - block.offsets[0];
  const entries = blocks.reduce((sum, block) => sum + size(block), 0);
  const widest = blocks.reduce((a, b) => (b.count.BYTES_PER_ELEMENT > a.count.BYTES_PER_ELEMENT ? b : a));
  const Count = widest.count.constructor as new (length: number) => EventsBlock['count'];
  const Channel = blocks[0].channel.constructor as new (length: number) => EventsBlock['channel'];
  const offsets = new Uint32Array(pixels + 1);
  const channel = new Channel(entries);
  const count = new Count(entries);
  let row = 0;
  let at = 0;
  for (const block of blocks) {
    const base = block.offsets[0];
    for (let i = 1; i <= block.pixels; i++) offsets[++row] = at + block.offsets[i] - base;
    channel.set(block.channel.subarray(base, base + size(block)), at);
    count.set(block.count.subarray(base, base + size(block)), at);
    at += size(block);
  }
  return { kind: 'events', pixels, channels: blocks[0].channels, offsets, channel, count };
}

/** Bytes a block occupies, for memory planning. */
export function blockBytes(block: Block): number {
  switch (block.kind) {
    case 'dense':
      return block.values.byteLength;
    case 'events':
      return block.offsets.byteLength + block.channel.byteLength + block.count.byteLength;
    case 'factors':
      return block.scores.byteLength + block.loadings.byteLength;
  }
}
