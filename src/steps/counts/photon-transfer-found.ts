import { anscombeMoments, type LevelStatistics, type PhotonTransfer, type WithoutLight } from '../../kernels/index.ts';
import type { Quantity } from '../../signal/quantity.ts';
import type { Measurements } from '../products.ts';
import type { Pairing } from './contrasts.ts';

type Found = Omit<Measurements, 'product' | 'title' | 'modality' | 'navigation' | 'spectral' | 'history'>;

const PAIRS: Readonly<Record<Pairing, string>> = {
  frames: 'two recordings of the same',
  pixels: 'neighbouring pixels and channels',
  channels: 'three channels in a row',
};

/** What was found, in numbers and words. */
export function described(
  trail: string,
  pairing: Pairing,
  levels: readonly LevelStatistics[],
  fit: PhotonTransfer,
  known: WithoutLight | undefined,
  stabilised: readonly LevelStatistics[] | undefined,
): Found {
  const quantity = (value: number, sigma: number, unit: string): Quantity => ({
    value,
    unit,
    random: [{ name: 'counting', sigma }],
    systematic: [],
    trail,
  });
  const { gain, gainSigma, intercept, interceptSigma, readoutSquare, readoutSquareSigma = 0 } = fit;
  const readout = Math.sqrt(Math.max(0, readoutSquare ?? 0));
  // Where the variance is not told from 0, its error bounds the root.
  const readoutSigma = readoutSquareSigma / (2 * Math.max(readout, Math.sqrt(readoutSquareSigma / 2)));
  const quantities = [{ name: 'Gain', quantity: quantity(gain, gainSigma, 'per count') }];
  if (known) {
    quantities.push({ name: 'Readout noise', quantity: quantity(readout, readoutSigma, 'signal units') });
    quantities.push({ name: 'Pedestal', quantity: quantity(known.offset, known.offsetSigma, 'signal units') });
  } else {
    quantities.push({
      name: 'Variance at a value of 0',
      quantity: quantity(intercept, interceptSigma, 'signal units²'),
    });
  }
  const column = (name: string, values: readonly number[], unit = '') => ({
    name,
    unit,
    values: Float64Array.from(values),
  });
  const columns = [
    column(
      'mean',
      levels.map(({ mean }) => mean),
    ),
    column(
      'contrasts',
      levels.map(({ contrasts: n }) => n),
    ),
    column(
      'spikes left out',
      levels.map(({ outliers }) => outliers),
    ),
    column(
      'variance',
      levels.map(({ variance }) => variance),
    ),
    column(
      'variance on the line',
      levels.map(({ mean }) => intercept + gain * mean),
    ),
  ];
  if (stabilised)
    columns.push(
      column(
        'variance stabilised',
        stabilised.map(({ variance }) => variance),
      ),
    );
  return {
    findings: findingsOf(pairing, fit, known, readout),
    quantities,
    tables: [{ name: 'photon transfer', columns }],
    curves: [
      {
        name: 'photon transfer line',
        caption: 'Variance of differences by the mean of their values, and the line through it.',
        xLabel: 'mean',
        yLabel: 'variance',
        x: columns[0].values,
        traces: [
          {
            name: 'measured',
            values: columns[3].values,
            sigma: Float64Array.from(levels, ({ variance, contrasts: n }) => variance * Math.sqrt(2 / n)),
            dots: true,
          },
          { name: 'line', values: columns[4].values },
        ],
      },
    ],
    maps: [],
    warnings: [
      ...warningsOf(fit),
      ...(known && stabilised ? unstable(levels, stabilised, gain, known.offset, readout) : []),
    ],
  };
}

function findingsOf(pairing: Pairing, fit: PhotonTransfer, known: WithoutLight | undefined, readout: number): string[] {
  const digits = (value: number) => Number(value.toPrecision(4));
  const law = known
    ? `In the recipe: noise: {tag: poisson, gain: ${digits(fit.gain)}, offset: ${digits(known.offset)}, readout: ${digits(readout)}}.`
    : 'The readout noise needs the pedestal: give dark frames, or `offset`.';
  return [
    `The gain is ${digits(fit.gain)} ± ${fit.gainSigma.toPrecision(2)} signal units per count, from ${PAIRS[pairing]}.`,
    law,
  ];
}

/** Levels may be off by chance; not by so many of their own errors. */
const SIGMAS = 3;

function warningsOf({
  chiSquare,
  gain,
  gainSigma,
  readoutSquare = 0,
  readoutSquareSigma = 0,
}: PhotonTransfer): string[] {
  const warnings: string[] = [];
  if (gainSigma > 0.1 * gain) {
    const percent = Math.round((100 * gainSigma) / gain);
    warnings.push(`The gain is known to ${percent} % only: take brighter and darker values, or more.`);
  }
  if (chiSquare > 3) {
    warnings.push(
      `The levels scatter about the line ${Math.sqrt(chiSquare).toFixed(1)} times as much as noise would: structure in the differences, a gain that is not one number, or saturation.`,
    );
  }
  if (readoutSquare < -SIGMAS * readoutSquareSigma) {
    warnings.push('The variance without light comes out below 0: the pedestal is too low, or is no pedestal.');
  }
  return warnings;
}

/** Where the variance after stabilisation is not what a camera of this law would have there. */
function unstable(
  levels: readonly LevelStatistics[],
  stabilised: readonly LevelStatistics[],
  gain: number,
  offset: number,
  readout: number,
): string[] {
  const off = stabilised.filter(({ variance, contrasts: n }, k) => {
    const counts = Math.max(0, (levels[k].mean - offset) / gain);
    const expected = anscombeMoments(counts, readout / gain).variance;
    return Math.abs(variance - expected) > SIGMAS * Math.sqrt(2 / n) * expected + 0.02;
  });
  // Three of a thousand are off by chance, and a few by the spread of light within a level.
  if (off.length <= 1 + 0.05 * levels.length) return [];
  return [
    `With this law the variance after stabilisation is wrong at ${off.length} of ${levels.length} levels: see the table.`,
  ];
}
