import { portableLog, tabulatedNormalCdf } from '../../kernels/index.ts';
import {
  detectorEfficiency,
  ELEMENTS,
  type LineFamily,
  lineFamilies,
  lineFwhm,
  massAttenuation,
  SILICON_K,
  type XrayLine,
} from '../../reference/index.ts';
import { LOWEST_KEV, type SpectrumBins } from './spectrum-bins.ts';

/** A line of a family, or what the detector makes of one beside it: silicon escape peak, low-energy tail. */
export interface FamilyLine {
  /** Undefined for what the detector makes. */
  readonly name?: string;
  readonly energyKeV: number;
  /** Of the family's counted photons. */
  readonly share: number;
  /** Relative uncertainty of the share. */
  readonly error: number;
}

export interface EmissionFamily {
  readonly lines: readonly FamilyLine[];
  /** Expected counts per atom, any scale common to one element's families. */
  readonly strength: number;
  /** How many times stronger than expected the next softer family may be beside this one. */
  readonly tolerance: number;
  /** Absorption edge behind the strongest line. */
  readonly edgeKeV: number;
}

/** The families of one element that the spectrum can show, from the highest energy down. */
export interface Emitter {
  readonly element: string;
  readonly z: number;
  readonly families: readonly EmissionFamily[];
}

const HIGHEST_KEV = 100;
const LEAST_EFFICIENCY = 0.03;
/**
 * Cross sections, absorption in the specimen and the detector's window leave family ratios open within this factor
 * upwards, more where the beam hardly ionises the harder one; downwards absorption leaves the softer family open.
 */
const RATIO_TOLERANCE = 4;
const ELECTRONS: Readonly<Record<LineFamily, number>> = { K: 2, L: 8, M: 18 };

/** Share of the photons that lose silicon K, were all absorbed at the surface: absorption jump and yield as K. W. Reed and N. G. Ware, J. Phys. E 5 (1972) 582. */
const ESCAPING = 0.5 * 0.047 * (1 - 1 / 10.8);

/** Every element with a line that the beam excites within the bins. */
export function emitters(bins: SpectrumBins, beamEnergyKeV: number): Emitter[] {
  const low = bins.edges[0];
  const high = bins.edges[bins.edges.length - 1];
  const visible = ({ lines }: EmissionFamily) => {
    const { energyKeV } = leading(lines);
    return energyKeV > low && energyKeV < high;
  };
  return everyEmitter(beamEnergyKeV)
    .map((emitter) => ({ ...emitter, families: emitter.families.filter(visible) }))
    .filter(({ families }) => families.length > 0);
}

let known: { readonly beamEnergyKeV: number; readonly emitters: readonly Emitter[] } | undefined;

/** Kept for the next spectrum under the same beam. */
function everyEmitter(beamEnergyKeV: number): readonly Emitter[] {
  if (known?.beamEnergyKeV !== beamEnergyKeV) {
    const all = ELEMENTS.map(({ symbol, z }) => ({
      element: symbol,
      z,
      families: lineFamilies(symbol)
        .flatMap(({ family, photonsPerIonisation, lines }) => {
          return emission(family, photonsPerIonisation, lines, beamEnergyKeV) ?? [];
        })
        .sort((a, b) => leading(b.lines).energyKeV - leading(a.lines).energyKeV),
    }));
    known = { beamEnergyKeV, emitters: all };
  }
  return known.emitters;
}

export function leading(lines: readonly FamilyLine[]): FamilyLine {
  return lines.reduce((best, line) => (line.share > best.share ? line : best));
}

function emission(
  family: LineFamily,
  photonsPerIonisation: number,
  lines: readonly XrayLine[],
  beamEnergyKeV: number,
): EmissionFamily | undefined {
  const counted = lines
    .filter(({ energyKeV, edgeKeV }) => edgeKeV < beamEnergyKeV && energyKeV > LOWEST_KEV && energyKeV < HIGHEST_KEV)
    .map((line) => ({ line, photons: line.fraction * detectorEfficiency(line.energyKeV) }));
  if (counted.length === 0) return undefined;
  const top = counted.reduce((best, each) => (each.photons > best.photons ? each : best));
  if (top.photons < LEAST_EFFICIENCY * top.line.fraction) return undefined;
  const total = counted.reduce((sum, { photons }) => sum + photons, 0);
  const overvoltage = beamEnergyKeV / top.line.edgeKeV;
  const ionisation = (ELECTRONS[family] * portableLog(overvoltage)) / top.line.edgeKeV;
  return {
    strength: ionisation * photonsPerIonisation * total,
    edgeKeV: top.line.edgeKeV,
    tolerance: RATIO_TOLERANCE * Math.max(1, 1 / (overvoltage - 1)),
    lines: counted.flatMap(({ line, photons }): FamilyLine[] => {
      const share = photons / total;
      const own = { name: line.name, energyKeV: line.energyKeV, share, error: shareError(line, line === top.line) };
      const escaping = escapeFraction(line.energyKeV);
      const made: FamilyLine[] = line === top.line ? tail(own) : [];
      if (escaping * share > 1e-4)
        made.push({ energyKeV: line.energyKeV - SILICON_K.lineKeV, share: share * escaping, error: 0.5 });
      return [own, ...made];
    }),
  };
}

/** How well the tabulated intensities within a family hold in practice. */
function shareError({ family, line, energyKeV }: XrayLine, top: boolean): number {
  const soft = energyKeV < 1;
  if (family === 'K') return top ? (soft ? 0.03 : 0.015) : 0.06;
  if (top) return soft ? 0.06 : 0.02;
  if (family === 'L') return soft ? 0.4 : line === 'Lb1' ? 0.08 : line === 'Ll' || line === 'Ln' ? 0.25 : 0.15;
  return line === 'Ma' || line === 'Mb' ? 0.12 : 0.4;
}

/** Incomplete charge collection: a few tenths of a per cent up to 0.2 keV below a strong line, seldom known better. */
function tail({ energyKeV, share }: FamilyLine): FamilyLine[] {
  return TAIL_KEV.map((below) => ({ energyKeV: energyKeV - below, share: TAIL_SHARE * share, error: 1 })).filter(
    (line) => line.energyKeV > LOWEST_KEV,
  );
}

function escapeFraction(energyKeV: number): number {
  if (energyKeV <= SILICON_K.edgeKeV || energyKeV - SILICON_K.lineKeV < LOWEST_KEV) return 0;
  const ratio = massAttenuation('Si', SILICON_K.lineKeV) / massAttenuation('Si', energyKeV);
  return ESCAPING * (1 - ratio * portableLog(1 + 1 / ratio));
}

const TAIL_KEV = [0.08, 0.18];
const TAIL_SHARE = 0.002;

/** Where lines fall on the axis as recorded, and how wide they are. */
export interface Response {
  /** Recorded energy = (1 + gain)·energy + offset. */
  readonly offsetKeV: number;
  readonly gain: number;
  /** FWHM at Mn Kα, eV. */
  readonly resolutionEV: number;
}

/** Mean counts of a family per photon, bin by bin. */
export interface FamilyProfile {
  readonly first: number;
  readonly values: Float64Array;
  /** Variance per squared photon of the profile's own uncertainty. */
  readonly variance: Float64Array;
}

const FWHM_PER_SIGMA = 2.3548200450309493;
const REACH = 5;
/** Line energies and the linearity of the axis are good to this. */
const POSITION_ERROR_KEV = 0.003;

/**
 * A family's lines integrated over the bins, with the variance of the model: uncertain shares, and positions off by
 * 3 eV. The variance of a bin is taken times the bins of a line, because such errors move all of them together.
 */
export function familyProfile(
  lines: readonly FamilyLine[],
  { edges }: SpectrumBins,
  { offsetKeV, gain, resolutionEV }: Response,
): FamilyProfile | undefined {
  const n = edges.length - 1;
  let low = n;
  let high = 0;
  const placed = lines.map((line) => {
    const centre = line.energyKeV * (1 + gain) + offsetKeV;
    const sigma = lineFwhm(Math.max(line.energyKeV, 0), resolutionEV) / FWHM_PER_SIGMA;
    const from = lowerBin(edges, centre - REACH * sigma);
    const to = Math.min(n, lowerBin(edges, centre + REACH * sigma) + 1);
    if (to > from) {
      low = Math.min(low, from);
      high = Math.max(high, to);
    }
    return { line, centre, sigma, from, to };
  });
  if (high <= low) return undefined;
  const values = new Float64Array(high - low);
  const variance = new Float64Array(high - low);
  for (const { line, centre, sigma, from, to } of placed) {
    let below = tabulatedNormalCdf((edges[from] - centre) / sigma);
    for (let j = from; j < to; j++) {
      const above = tabulatedNormalCdf((edges[j + 1] - centre) / sigma);
      const part = line.share * (above - below);
      const distance = ((edges[j] + edges[j + 1]) / 2 - centre) / sigma;
      const slope = (POSITION_ERROR_KEV / sigma) * distance;
      const correlated = Math.max(1, (2 * FWHM_PER_SIGMA * sigma) / (edges[j + 1] - edges[j]));
      values[j - low] += part;
      variance[j - low] += part * part * (line.error * line.error + slope * slope) * correlated;
      below = above;
    }
  }
  return { first: low, values, variance };
}

function lowerBin(edges: Float64Array, energy: number): number {
  let low = 0;
  let high = edges.length - 1;
  if (energy <= edges[0]) return 0;
  if (energy >= edges[high]) return high;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (edges[middle] <= energy) low = middle;
    else high = middle;
  }
  return low;
}
