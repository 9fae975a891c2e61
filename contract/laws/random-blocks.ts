import { CounterRandom } from '../../src/kernels/index.ts';
import type { Example, Geometry } from '../../src/shapes/shape.ts';
import { type Block, type BlockKind, type EventsBlock, toDense } from '../../src/signal/block.ts';

const JUNK = 5;

/** Poisson counts of pixels of very different dose, a tenth of them empty, as a view into a larger store. */
export function randomEvents(pixels: number, channels: number, seed: number): EventsBlock {
  const random = new CounterRandom(seed, 0);
  const offsets = new Uint32Array(pixels + 1);
  const channel: number[] = new Array(JUNK).fill(0);
  const count: number[] = new Array(JUNK).fill(9);
  offsets[0] = JUNK;
  for (let i = 0; i < pixels; i++) {
    random.reset(i);
    const dose = random.next() < 0.1 ? 0 : 0.2 + 2 * random.next() ** 3;
    for (let j = 0; j < channels; j++) {
      const drawn = random.poisson(dose * (1 + Math.sin(j)));
      if (drawn === 0) continue;
      channel.push(j);
      count.push(drawn);
    }
    offsets[i + 1] = channel.length;
  }
  for (let e = 0; e < JUNK; e++) {
    channel.push(0);
    count.push(9);
  }
  return {
    kind: 'events',
    pixels,
    channels,
    offsets,
    channel: Uint16Array.from(channel),
    count: Uint8Array.from(count),
  };
}

export function randomBlock(kind: BlockKind, pixels: number, channels: number, seed: number): Block {
  if (kind === 'events') return randomEvents(pixels, channels, seed);
  const random = new CounterRandom(seed, pixels);
  const draw = (length: number) => Float64Array.from({ length }, () => random.normal());
  if (kind === 'dense') return { kind, pixels, channels, values: draw(pixels * channels) };
  const rank = 2;
  const positive = (length: number) => draw(length).map((value) => Math.abs(value));
  return {
    kind,
    pixels,
    channels,
    rank,
    scores: Float32Array.from(positive(pixels * rank)),
    loadings: positive(channels * rank),
  };
}

/** One block for each source of a member, as its example asks. */
export function exampleBlocks({ kinds, channels }: Example<unknown>, geometry: Geometry, seed: number): Block[] {
  return kinds.map((kind, i) => randomBlock(kind, geometry.pixels, channels?.[i] ?? geometry.channels, seed + i));
}

/** The same counts, every value written out. */
export function denseForm(block: Block): Block {
  return block.kind === 'events' ? toDense(block, 'uint16') : block;
}

/** Maps of one pixel, of less than a tile, exactly a tile, several tiles, rows that no tile ends on, rows longer than a tile. */
export const GEOMETRIES: readonly Geometry[] = [
  { width: 1, height: 1, channels: 7 },
  { width: 10, height: 9, channels: 16 },
  { width: 64, height: 64, channels: 5 },
  { width: 67, height: 91, channels: 12 },
  { width: 90, height: 50, channels: 1 },
  { width: 4099, height: 2, channels: 3 },
  { width: 1, height: 5000, channels: 2 },
  { width: 130, height: 95, channels: 4 },
].map(({ width, height, channels }) => ({ pixels: width * height, width, channels }));

export const describeGeometry = ({ pixels, width, channels }: Geometry) =>
  `${pixels / width} × ${width} pixels, ${channels} channels`;
