import { CounterRandom, findSpikes, type SpikeSearch, spikeTail } from '../../kernels/index.ts';
import { defineFold, defineMap } from '../../shapes/shape.ts';
import { type Block, type EventsBlock, readRow } from '../../signal/block.ts';
import type { Lend } from '../../signal/lent-memory.ts';
import { type Factor, gainAt } from '../../signal/noise.ts';
import { roomForRows } from '../row-by-row.ts';

export interface SpikeArgs {
  readonly search: SpikeSearch;
  /** A spike stands out from the pixels around, too. */
  readonly neighbours: boolean;
  readonly map: { readonly width: number; readonly height: number };
  readonly pixelMask?: Uint8Array;
  readonly law: { readonly gain: Factor; readonly offset: number; readonly readout: number };
  readonly seed: number;
  /** Whole counts are kept as such. */
  readonly sparse?: boolean;
}

export interface FoundSpikes {
  readonly values: number;
  readonly pixels: number;
  /** Spikes of each pixel, 255 at most. */
  readonly perPixel: Uint8Array;
}

/** Pixels that pixels [start, end) are held against, and themselves: whole rows of the map around. */
function around({ map: { width, height }, neighbours }: SpikeArgs, start: number, end: number): [number, number] {
  if (!neighbours) return [start, end];
  return [Math.max(0, start - width - 1), Math.min(width * height, end + width + 1)];
}

/** Rows of a block as counts whose variance is their mean: (z − o)/g + (r/g)². */
class CountRows {
  readonly #args: SpikeArgs;
  readonly #block: Block;
  readonly #first: number;
  readonly #sums: Float64Array;

  constructor(args: SpikeArgs, block: Block, first: number) {
    this.#args = args;
    this.#block = block;
    this.#first = first;
    this.#sums = new Float64Array(block.channels);
  }

  read(pixel: number, out: Float64Array): void {
    const { gain, offset, readout } = this.#args.law;
    readRow(this.#block, pixel - this.#first, out);
    for (let j = 0; j < out.length; j++) {
      const g = gainAt(gain, pixel, j);
      out[j] = (out[j] - offset) / g + (readout * readout) / (g * g);
    }
  }

  /** Sums over the valid pixels around one; undefined where there are none. */
  around(pixel: number, scratch: Float64Array): Float64Array | undefined {
    const { map, pixelMask } = this.#args;
    const [y, x] = [Math.floor(pixel / map.width), pixel % map.width];
    this.#sums.fill(0);
    let pixels = 0;
    for (let v = Math.max(0, y - 1); v <= Math.min(map.height - 1, y + 1); v++) {
      for (let u = Math.max(0, x - 1); u <= Math.min(map.width - 1, x + 1); u++) {
        const other = v * map.width + u;
        if (other === pixel || pixelMask?.[other]) continue;
        this.read(other, scratch);
        for (let j = 0; j < scratch.length; j++) this.#sums[j] += scratch[j];
        pixels++;
      }
    }
    return pixels > 0 ? this.#sums : undefined;
  }
}

/** Counts of the pixels around, in channels on either side of a spike, that say how bright its pixel is beside them. */
const ENOUGH = 400;

/** Errors that the brightness of a pixel beside others may be off by before it makes a spike of a line. */
const SIGMAS = 4;

/**
 * How many counts of the pixel go to one of the pixels around, beside channel j.
 * @param sigmas takes the pixel for so much brighter, and the others for so much darker, than they seem
 */
function brightness(
  row: Float64Array,
  others: Float64Array,
  j: number,
  found: Uint8Array,
  masked?: Uint8Array,
  sigmas = 0,
): number {
  let [own, theirs] = [0, 0];
  for (let d = 1; d < row.length && theirs < ENOUGH; d++) {
    for (const k of [j - d, j + d]) {
      if (k < 0 || k >= row.length || found[k] || masked?.[k]) continue;
      own += Math.max(0, row[k]);
      theirs += Math.max(0, others[k]);
    }
  }
  const most = own + sigmas * Math.sqrt(own) + sigmas * sigmas;
  const least = Math.max(theirs - sigmas * Math.sqrt(theirs), theirs / (1 + sigmas));
  return least > 0 ? most / least : 1;
}

/** Mean of up to two values on each side that are no spikes. */
function besideMean(row: Float64Array, j: number, found: Uint8Array, masked?: Uint8Array): number {
  const side = (step: number) => {
    let [sum, values] = [0, 0];
    for (let k = j + step; k >= 0 && k < row.length && values < 2; k += step) {
      if (found[k] || masked?.[k]) continue;
      sum += row[k];
      values++;
    }
    return values > 0 ? sum / values : Number.NaN;
  };
  const sides = [side(-1), side(1)].filter((mean) => !Number.isNaN(mean));
  return sides.length ? sides.reduce((sum, mean) => sum + mean, 0) / sides.length : 0;
}

/** A pixel with spikes: its counts, marks, and what the marked values are taken to expect. */
type Use = (pixel: number, row: Float64Array, found: Uint8Array, expected: (j: number) => number) => void;

function eachSpiked(args: SpikeArgs, block: Block, start: number, end: number, use: Use): void {
  const { search, pixelMask, neighbours } = args;
  const [first] = around(args, start, end);
  const rows = new CountRows(args, block, first);
  const { channels } = block;
  const [row, scratch, found] = [new Float64Array(channels), new Float64Array(channels), new Uint8Array(channels)];
  for (let pixel = start; pixel < end; pixel++) {
    if (pixelMask?.[pixel]) continue;
    rows.read(pixel, row);
    if (findSpikes(row, search, found) === 0) continue;
    const others = neighbours ? rows.around(pixel, scratch) : undefined;
    if (others && !standsOut(row, others, found, search)) continue;
    use(pixel, row, found, (j) =>
      others ? others[j] * brightness(row, others, j, found, search.masked) : besideMean(row, j, found, search.masked),
    );
  }
}

/** Unmarks what the pixels around have as well, but for the wings of what they do not have; is anything left? */
function standsOut(row: Float64Array, others: Float64Array, found: Uint8Array, search: SpikeSearch): boolean {
  const chances = row.map((value, j) => {
    if (!found[j]) return 1;
    const ratio = brightness(row, others, j, found, search.masked, SIGMAS);
    return spikeTail(value, others[j], ratio / (1 + ratio));
  });
  const left = chances.some((chance) => chance < search.chance);
  for (let j = 0; j < row.length; j++) if (!left || !(chances[j] < WING)) found[j] = 0;
  return left;
}

/** Chance that a wing of a spike may have in the map. */
const WING = 1e-3;

export const spikes = defineFold<SpikeArgs, Omit<FoundSpikes, 'perPixel'>, Pick<FoundSpikes, 'perPixel'>>({
  halo: around,
  init: () => ({ values: 0, pixels: 0 }),
  perPixel: () => ({ perPixel: { type: 'uint8', width: 1 } }),
  add: (args, state, [block], start, end, { perPixel }) => {
    let { values, pixels } = state;
    eachSpiked(args, block, start, end, (pixel, _row, found) => {
      const here = found.reduce((sum, mark) => sum + mark, 0);
      perPixel[pixel - start] = Math.min(255, here);
      values += here;
      pixels++;
    });
    return { values, pixels };
  },
  merge: (left, right) => ({ values: left.values + right.values, pixels: left.pixels + right.pixels }),
  example: ({ pixels, width, channels }) => ({ args: exampleArgs(pixels, width, channels), kinds: ['events'] }),
});

export const despiked = defineMap<SpikeArgs>({
  gather: (args, start, end) => [around(args, start, end)],
  apply: (args, [block], start, end, lend) => {
    const { law, seed, search } = args;
    const random = new CounterRandom(seed, 0);
    const drawn = new Map<number, Map<number, number>>();
    eachSpiked(args, block, start, end, (pixel, _row, found, expected) => {
      random.reset(pixel);
      const values = new Map<number, number>();
      for (let j = 0; j < found.length; j++) {
        if (!found[j] || search.masked?.[j]) continue;
        const g = gainAt(law.gain, pixel, j);
        const mean = Math.max(0, expected(j) - (law.readout * law.readout) / (g * g));
        values.set(j, g * random.poisson(mean) + law.offset + (law.readout > 0 ? law.readout * random.normal() : 0));
      }
      drawn.set(pixel, values);
    });
    const first = start - around(args, start, end)[0];
    return args.sparse && block.kind === 'events'
      ? redrawnEvents(block, first, start, end, drawn)
      : redrawn(block, first, start, end, drawn, lend);
  },
  example: ({ pixels, width, channels }) => ({ args: exampleArgs(pixels, width, channels), kinds: ['events'] }),
});

type Drawn = ReadonlyMap<number, ReadonlyMap<number, number>>;

function redrawn(block: Block, first: number, start: number, end: number, drawn: Drawn, lend?: Lend): Block {
  const { channels } = block;
  const values = roomForRows(end - start, channels, lend);
  for (let pixel = start; pixel < end; pixel++) {
    const row = values.subarray((pixel - start) * channels, (pixel - start + 1) * channels);
    readRow(block, first + pixel - start, row);
    for (const [j, value] of drawn.get(pixel) ?? []) row[j] = value;
  }
  return { kind: 'dense', pixels: end - start, channels, values };
}

/** A spike has counts, so no value is new: there are as many entries as before, or fewer. */
function redrawnEvents(block: EventsBlock, first: number, start: number, end: number, drawn: Drawn): EventsBlock {
  const [from, to] = [block.offsets[first], block.offsets[first + end - start]];
  const offsets = new Uint32Array(end - start + 1);
  const channel = block.channel.slice(from, to);
  const count = Uint32Array.from(block.count.subarray(from, to));
  let at = 0;
  for (let pixel = start; pixel < end; pixel++) {
    const values = drawn.get(pixel);
    const row = first + pixel - start;
    for (let e = block.offsets[row]; e < block.offsets[row + 1]; e++) {
      const value = values?.get(block.channel[e]) ?? block.count[e];
      if (value === 0) continue;
      channel[at] = block.channel[e];
      count[at++] = value;
    }
    offsets[pixel - start + 1] = at;
  }
  return { ...block, pixels: end - start, offsets, channel: channel.subarray(0, at), count: count.subarray(0, at) };
}

function exampleArgs(pixels: number, width: number, channels: number): SpikeArgs {
  return {
    search: { line: new Float64Array(channels).fill(4), width: 1, chance: 0.05 },
    neighbours: true,
    map: { width, height: pixels / width },
    pixelMask: Uint8Array.from({ length: pixels }, (_, i) => (i % 7 === 6 ? 1 : 0)),
    law: { gain: { per: 'cube', value: 1 }, offset: 0, readout: 0 },
    seed: 3,
    sparse: true,
  };
}
