import { lineFwhm } from '../../reference/index.ts';
import { inputError } from '../../signal/errors.ts';

/** Below it noise, contact absorption and the strobe peak leave nothing to identify. */
export const LOWEST_KEV = 0.15;
/** The reference tables of attenuation end here. */
const HIGHEST_KEV = 100;
/** Channels are joined up to this part of a line's width: the Poisson law stays exact, the fit gets shorter. */
const BIN_PER_FWHM = 0.25;
const BIN_RESOLUTION_EV = 125;

/** Counts in adjoining energy bins, ascending. */
export interface SpectrumBins {
  /** keV, one more than bins. */
  readonly edges: Float64Array;
  readonly counts: Float64Array;
  readonly total: number;
}

/**
 * The part of a spectrum in which elements can be told, ascending and in bins of up to a quarter of a line's width: above
 * 0.15 keV, below the beam energy, without the empty channels at either end. Undefined where nothing is left.
 * @throws SpectrailError `input/bad-spectrum` for arrays of different length or energies that are not monotonic.
 */
export function spectrumBins(
  energiesKeV: Float64Array,
  counts: Float64Array,
  beamEnergyKeV: number,
): SpectrumBins | undefined {
  const n = energiesKeV.length;
  if (counts.length !== n) {
    throw inputError({
      code: 'bad-spectrum',
      what: `${counts.length} counts on ${n} energies`,
      expected: 'as many counts as energies',
    });
  }
  if (n < 3) return undefined;
  const descending = energiesKeV[n - 1] < energiesKeV[0];
  const at = (j: number) => (descending ? n - 1 - j : j);
  const energy = (j: number) => energiesKeV[at(j)];
  const value = (j: number) => (counts[at(j)] > 0 && Number.isFinite(counts[at(j)]) ? counts[at(j)] : 0);
  for (let j = 1; j < n; j++) {
    if (!(energy(j) > energy(j - 1))) {
      throw inputError({
        code: 'bad-spectrum',
        what: `energy ${energy(j)} keV does not continue after ${energy(j - 1)} keV`,
        expected: 'energies that rise, or fall, from channel to channel',
      });
    }
  }
  const top = Math.min(beamEnergyKeV, HIGHEST_KEV);
  let first = 0;
  while (first < n && (energy(first) < LOWEST_KEV || value(first) === 0)) first++;
  let last = n - 1;
  while (last >= first && (energy(last) > top || value(last) === 0)) last--;
  if (last < first) return undefined;
  const edge = (j: number) => {
    if (j === 0) return energy(0) - (energy(1) - energy(0)) / 2;
    if (j === n) return energy(n - 1) + (energy(n - 1) - energy(n - 2)) / 2;
    return (energy(j - 1) + energy(j)) / 2;
  };
  const edges = [edge(first)];
  const binned: number[] = [];
  let total = 0;
  let sum = 0;
  for (let j = first; j <= last; j++) {
    sum += value(j);
    const widest = BIN_PER_FWHM * lineFwhm(energy(j), BIN_RESOLUTION_EV);
    if (j < last && edge(j + 2) - edges[edges.length - 1] <= widest) continue;
    edges.push(edge(j + 1));
    binned.push(sum);
    total += sum;
    sum = 0;
  }
  return { edges: Float64Array.from(edges), counts: Float64Array.from(binned), total };
}

/** Index of the bin that holds an energy, clamped to the bins there are. */
export function binAt({ edges }: SpectrumBins, energyKeV: number): number {
  let low = 0;
  let high = edges.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (edges[middle] <= energyKeV) low = middle;
    else high = middle;
  }
  return low;
}
