import { elementSearch } from './element-search.ts';
import { LEAST_RESOLUTION_EV } from './response-fit.ts';
import { spectrumBins } from './spectrum-bins.ts';

export interface FoundElement {
  /** Symbol. */
  readonly element: string;
  /** √ of the likelihood-ratio Δ(2·logL) of leaving it out. */
  readonly significance: number;
  /** Fitted counts of all its lines within the spectrum. */
  readonly counts: number;
  /** Strongest first. */
  readonly lines: readonly { readonly name: string; readonly energyKeV: number; readonly counts: number }[];
}

export interface IdentifyOptions {
  /** Default 200. */
  readonly beamEnergyKeV?: number;
  /** FWHM at Mn Kα in eV. Default 130. */
  readonly resolutionMnKaEV?: number;
  /** Elements the file names: tried first, and accepted on less evidence. */
  readonly expected?: readonly string[];
  /** Most elements to return. Default 30. */
  readonly limit?: number;
}

const LEAST_CHANNELS = 20;
const LEAST_COUNTS = 30;

/**
 * The elements in an EDS spectrum of counts, strongest (most counts) first.
 *
 * A Poisson likelihood is maximised over a smooth positive continuum, the tail of the zero peak, pile-up, and the K, L
 * and M families of the elements, integrated over the channels from 0.15 keV to the beam energy. A softer family of an
 * element may be as weak as absorption makes it, but at most four times stronger beside a harder one than cross sections
 * and detector say: so a heavy element's L lines decide whose a peak at 2.3 keV is. Elements are added while the deviance
 * falls by more than what the element costs (14, up to 74 for those seldom met, 8 for the expected), dropped and exchanged by
 * the same measure. Offset (σ 8 eV), gain (0.05 %) and resolution (σ 6 eV) of the axis are fitted on the way.
 *
 * The model is not trusted to counting precision: a bin weighs its Poisson variance over that variance plus the model's,
 * for uncertain line intensities (1.5-3 % for the main line of a family, 6 % for Kβ, 8-40 % for minor L and M lines),
 * line positions (3 eV), low-energy tails (0.2 %) and the continuum (3 %). So at 10⁷ counts an element hidden under a main line needs some 8 % of
 * it to be found, one under a Kβ about a quarter of that.
 *
 * @param energiesKeV channel centres, rising or falling; may include energies at and below zero.
 * @param counts as many; negative values and NaN count as 0.
 * @returns nothing below 20 channels or 30 counts.
 * @throws SpectrailError `input/bad-spectrum` for arrays of different length or energies out of order;
 * `input/unknown-element` for an expected element that is none.
 */
export function elementsIn(
  energiesKeV: Float64Array,
  counts: Float64Array,
  options: IdentifyOptions = {},
): FoundElement[] {
  const { beamEnergyKeV = 200, resolutionMnKaEV = 130, expected = [], limit = 30 } = options;
  const bins = spectrumBins(energiesKeV, counts, beamEnergyKeV);
  if (!bins || energiesKeV.length < LEAST_CHANNELS || bins.total < LEAST_COUNTS) return [];
  const stated = { offsetKeV: 0, gain: 0, resolutionEV: Math.max(resolutionMnKaEV, LEAST_RESOLUTION_EV) };
  return elementSearch(bins, beamEnergyKeV, stated, expected)
    .sort((a, b) => b.counts - a.counts)
    .slice(0, limit);
}
