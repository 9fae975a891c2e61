import { defineFold, type FoldShape } from '../../shapes/shape.ts';
import { readRow } from '../../signal/block.ts';

interface Args {
  readonly pixelMask?: Uint8Array;
  readonly channelMask?: Uint8Array;
  /** Pedestal of the values. */
  readonly offset: number;
}

interface Shares {
  /** channels × bins: how many spectra have a share of this size in the channel. */
  readonly bins: Uint32Array;
  spectra: number;
}

/** Bins of an octave: a share is then known to 1.6 %, between bins by a straight line to a tenth of that. */
const PER_OCTAVE = 64;
const OCTAVES = 30;
/** The first is for shares below all others, negative ones among them. */
const BINS = 1 + PER_OCTAVE * OCTAVES;
/** Of a double's bits: 11 of the exponent, and as many of the fraction as bins in an octave need. */
const FRACTION_BITS = 6;
/** 2^−30. */
const LEAST = 1 / 1_073_741_824;
const LARGEST = 1 - Number.EPSILON / 2;

const double = new DataView(new ArrayBuffer(8));

/** Exponent and leading digits of a positive number, which rise as it does. */
function leading(value: number): number {
  double.setFloat64(0, value);
  return double.getUint32(0) >>> (20 - FRACTION_BITS);
}

const LEADING_OF_LEAST = leading(LEAST);

/** Bin of a share of at most 1. */
const binOf = (share: number) => (share >= LEAST ? 1 + leading(Math.min(share, LARGEST)) - LEADING_OF_LEAST : 0);

/** Lower end of a bin. */
function lowerEnd(bin: number): number {
  if (bin === 0) return 0;
  const octave = Math.floor((bin - 1) / PER_OCTAVE);
  let least = LEAST;
  for (let k = 0; k < octave; k++) least *= 2;
  return least * (1 + ((bin - 1) % PER_OCTAVE) / PER_OCTAVE);
}

/** Histograms of the share that each channel has in the total of its spectrum: what medians are read from. */
export const shareHistograms: FoldShape<Args, Shares> = defineFold<Args, Shares>({
  additive: true,
  init: (_, { channels }) => ({ bins: new Uint32Array(channels * BINS), spectra: 0 }),
  add: ({ pixelMask, channelMask, offset }, state, [block], start) => {
    const row = new Float64Array(block.channels);
    for (let i = 0; i < block.pixels; i++) {
      if (pixelMask?.[start + i]) continue;
      readRow(block, i, row);
      let total = 0;
      for (let j = 0; j < row.length; j++) if (!channelMask?.[j]) total += row[j] - offset;
      if (!(total > 0)) continue;
      state.spectra++;
      for (let j = 0; j < row.length; j++) state.bins[j * BINS + binOf((row[j] - offset) / total)]++;
    }
    return state;
  },
  merge: (left, right) => {
    for (let at = 0; at < left.bins.length; at++) left.bins[at] += right.bins[at];
    left.spectra += right.spectra;
    return left;
  },
  example: ({ channels, pixels }) => ({
    args: {
      offset: 0,
      pixelMask: Uint8Array.from({ length: pixels }, (_, i) => (i % 7 === 6 ? 1 : 0)),
      channelMask: Uint8Array.from({ length: channels }, (_, j) => (j % 5 === 4 ? 1 : 0)),
    },
    kinds: ['events'],
  }),
});

/** Bytes of the histograms of so many channels. */
export const histogramBytes = (channels: number) => 4 * BINS * channels;

/** Median share of each channel; 0 where half of the spectra have none. */
export function medianShares({ bins, spectra }: Shares, channels: number): Float64Array {
  return Float64Array.from({ length: channels }, (_, j) => {
    let below = 0;
    for (let bin = 0; bin < BINS; bin++) {
      const here = bins[j * BINS + bin];
      if (below + here >= spectra / 2 && here > 0) {
        if (bin === 0) return 0;
        const [low, high] = [lowerEnd(bin), lowerEnd(bin + 1)];
        return low + ((high - low) * (spectra / 2 - below)) / here;
      }
      below += here;
    }
    return 0;
  });
}
