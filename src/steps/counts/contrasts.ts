import { addContrast, type ContrastSums, contrastSums, generalisedAnscombe, LEVELS } from '../../kernels/index.ts';
import { defineFold } from '../../shapes/shape.ts';
import { type Block, readRow } from '../../signal/block.ts';

/** Which values are set against each other: repeats, neighbouring pixels and channels together, or channels alone. */
export type Pairing = 'frames' | 'pixels' | 'channels';

export interface ContrastArgs {
  readonly pairing: Pairing;
  readonly width: number;
  readonly pixelMask?: Uint8Array;
  readonly channelMask?: Uint8Array;
  /** Levels between these means; one level where they are the same. */
  readonly range: readonly [low: number, high: number];
  /** Contrasts of stabilised values, to see whether their variance is 1. */
  readonly stabilise?: { readonly gain: number; readonly offset: number; readonly sigma: number };
}

/** Values of a contrast: rows and channels from its first, with their weights. Σw = 0 and Σw² = 1. */
interface Pattern {
  readonly rows: number;
  readonly channels: number;
  readonly weights: readonly (readonly number[])[];
}

const root = Math.sqrt;
const PATTERNS: Readonly<Record<Pairing, Pattern>> = {
  frames: { rows: 2, channels: 1, weights: [[root(1 / 2)], [-root(1 / 2)]] },
  // A slope along the map or along the axis cancels.
  pixels: {
    rows: 2,
    channels: 2,
    weights: [
      [0.5, -0.5],
      [-0.5, 0.5],
    ],
  },
  channels: { rows: 1, channels: 3, weights: [[root(1 / 6), -2 * root(1 / 6), root(1 / 6)]] },
};

/** Σw⁴ of a contrast. */
export const fourthOf = (pairing: Pairing) =>
  PATTERNS[pairing].weights.flat().reduce((sum, weight) => sum + weight * weight * weight * weight, 0);

/** Channels on each side of a contrast whose values tell its level: none of its own. */
const BESIDE = 2;

type Use = (level: number, mean: number, contrast: number) => void;

/** Every contrast of a tile: values are used once, in pairs of pixels of one row of the map. */
function eachContrast(args: ContrastArgs, blocks: readonly Block[], start: number, use: Use): void {
  const { pairing, width, pixelMask, channelMask, stabilise } = args;
  const pattern = PATTERNS[pairing];
  const [{ pixels, channels }] = blocks;
  const rows = Array.from({ length: pattern.rows }, () => new Float64Array(channels));
  const step = pairing === 'pixels' ? 2 : 1;
  for (let i = 0; i < pixels; i++) {
    const x = (start + i) % width;
    if (x % step !== 0 || x + step > width || i + step > pixels) continue;
    if (pixelMask?.[start + i] || pixelMask?.[start + i + step - 1]) continue;
    for (const [r, row] of rows.entries()) {
      readRow(blocks[pairing === 'frames' ? r : 0], pairing === 'pixels' ? i + r : i, row);
    }
    for (let j = 0; j + pattern.channels <= channels; j += pattern.channels) {
      const level = levelBeside(rows, j, j + pattern.channels, channelMask);
      if (Number.isNaN(level) || anyMasked(channelMask, j, j + pattern.channels)) continue;
      let [mean, contrast] = [0, 0];
      for (let r = 0; r < pattern.rows; r++) {
        for (let k = 0; k < pattern.channels; k++) {
          const weight = pattern.weights[r][k];
          const value = rows[r][j + k];
          mean += weight * weight * value;
          contrast += weight * (stabilise ? generalisedAnscombe(value, stabilise) : value);
        }
      }
      use(level, mean, contrast);
    }
  }
}

function anyMasked(mask: Uint8Array | undefined, from: number, to: number): boolean {
  for (let j = from; mask && j < to; j++) if (mask[j]) return true;
  return false;
}

/** Mean of the values beside channels [from, to); NaN where there is none. */
function levelBeside(rows: readonly Float64Array[], from: number, to: number, mask?: Uint8Array): number {
  let [sum, values] = [0, 0];
  const channels = rows[0].length;
  for (let j = Math.max(0, from - BESIDE); j < Math.min(channels, to + BESIDE); j++) {
    if ((j >= from && j < to) || mask?.[j]) continue;
    for (const row of rows) sum += row[j];
    values += rows.length;
  }
  return values > 0 ? sum / values : Number.NaN;
}

/** Lowest and highest level of all contrasts. */
export interface LevelRange {
  readonly low: number;
  readonly high: number;
  readonly contrasts: number;
}

export const levelRange = defineFold<ContrastArgs, LevelRange>({
  init: () => ({ low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY, contrasts: 0 }),
  add: (args, state, blocks, start) => {
    let { low, high, contrasts } = state;
    eachContrast(args, blocks, start, (level) => {
      low = Math.min(low, level);
      high = Math.max(high, level);
      contrasts++;
    });
    return { low, high, contrasts };
  },
  merge: (left, right) => ({
    low: Math.min(left.low, right.low),
    high: Math.max(left.high, right.high),
    contrasts: left.contrasts + right.contrasts,
  }),
  example: ({ width }) => ({ args: { pairing: 'channels', width, range: [0, 1] }, kinds: ['events'] }),
});

export const contrasts = defineFold<ContrastArgs, { sums: ContrastSums }>({
  init: () => ({ sums: contrastSums() }),
  add: (args, { sums }, blocks, start) => {
    const [low, high] = args.range;
    eachContrast(args, blocks, start, (level, mean, contrast) => {
      // Finer where there is less light, as the noise is.
      const place = high > low ? LEVELS * root(Math.max(0, level - low) / (high - low)) : 0;
      addContrast(sums, Math.min(LEVELS - 1, Math.floor(place)), mean, contrast);
    });
    return { sums };
  },
  merge: (left, right) => {
    for (let at = 0; at < left.sums.length; at++) left.sums[at] += right.sums[at];
    return left;
  },
  example: ({ width }) => ({ args: { pairing: 'pixels', width, range: [0, 20] }, kinds: ['events'] }),
});
