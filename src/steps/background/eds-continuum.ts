import { tabulatedNormalCdf } from '../../kernels/index.ts';
import {
  chapman,
  type DetectorWindow,
  detectorEfficiency,
  formulaAtoms,
  kramers,
  lifshin,
  lineFwhm,
  lines,
  SILICON_K,
  selfAbsorption,
} from '../../reference/index.ts';
import { explicitAxis } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import { convertUnit, parseInUnit } from '../../signal/units.ts';
import { LOWEST_KEV } from '../identify/spectrum-bins.ts';
import { windowChannels } from '../reshape/channels.ts';
import type { Setting } from './estimator.ts';

type Edge = string | number;

/** What a bremsstrahlung background is told of the instrument and the specimen. */
export interface ContinuumParams {
  readonly beam: Edge;
  readonly model: 'thin' | 'thick' | 'chapman';
  readonly elements: readonly string[];
  readonly fit?: readonly (readonly [Edge, Edge])[];
  readonly specimen?: { readonly composition: string; readonly massThickness: number; readonly takeOff: Edge };
  readonly detector: DetectorWindow;
  readonly resolution: number;
}

/** The tables of attenuation. */
const TABLES_KEV = [0.1, 100] as const;
const FWHM_PER_SIGMA = 2.3548200450309493;
/** So many σ to either side of a line belong to it: 6e-5 of it lie beyond. */
const LINE_SIGMAS = 4;
/** Photons reach so many σ. */
const REACH_SIGMAS = 6;
/** The grid of energies is so much finer than the resolution: absorption edges fall where they are. */
const POINTS_PER_SIGMA = 20;

/** Energies of the channels, in keV; bare numbers are. */
export function energiesKeV({ positions, unit }: Setting): Float64Array {
  return unit === '' || unit === 'keV' ? positions : positions.map((each) => convertUnit(each, unit, 'keV'));
}

/** @throws SpectrailError `input/bad-beam` for an energy that is not above 0. */
function beamKeV({ beam }: ContinuumParams): number {
  const energy = parseInUnit(beam, 'keV');
  if (energy > 2 * LOWEST_KEV && energy < 1e4) return energy;
  throw inputError({
    code: 'bad-beam',
    what: `a beam of ${beam}${typeof beam === 'number' ? ' keV' : ''}`,
    expected: 'the energy of the electrons, for example "200 keV"',
  });
}

/** Channels first ≤ j < end between the lowest energy that is worth it and that of the beam. */
export function continuumRange(setting: Setting<ContinuumParams>): readonly [first: number, end: number] {
  const energies = energiesKeV(setting);
  const top = Math.min(beamKeV(setting.params), TABLES_KEV[1]);
  const inside = (energy: number) => energy >= LOWEST_KEV && energy < top;
  const first = energies.findIndex(inside);
  if (first < 0) {
    throw inputError({
      code: 'empty-window',
      what: `no channel lies between ${LOWEST_KEV} keV and ${top} keV`,
      expected: 'X-ray energies, and a beam above them',
      fix: 'check the unit and the calibration of the axis',
    });
  }
  let end = first + 1;
  while (end < energies.length && inside(energies[end])) end++;
  return [first, end];
}

/**
 * Channels of the range that are fitted: in the windows where there are any, not masked, and away from the lines of the
 * elements, those of the specimen among them, and from their escape peaks.
 * @throws SpectrailError `input/no-windows` where neither windows nor elements are named.
 */
export function lineFreeChannels(setting: Setting<ContinuumParams>): Int32Array {
  const { params: p, masked, unit } = setting;
  const energies = energiesKeV(setting);
  const [first, end] = continuumRange(setting);
  const elements = [...p.elements, ...Object.keys(p.specimen ? formulaAtoms(p.specimen.composition) : {})];
  if (!p.fit && elements.length === 0) {
    throw inputError({
      code: 'no-windows',
      what: 'the background is told neither windows without lines nor elements whose lines to keep away from',
      expected: '`elements`, `specimen` or `fit`',
      fix: 'name the elements in the specimen and around it, for example ["Ni", "Cr", "Cu"]',
    });
  }
  const taken = new Uint8Array(energies.length);
  const axis = explicitAxis({ positions: setting.positions, unit, role: 'spectral' });
  const windows = p.fit?.map((window) => windowChannels(axis, window)) ?? [[first, end]];
  for (const [from, to] of windows) taken.fill(1, Math.max(first, from), Math.max(first, Math.min(end, to)));
  const beam = beamKeV(p);
  for (const element of new Set(elements)) {
    for (const { energyKeV, edgeKeV } of lines(element)) {
      if (edgeKeV >= beam) continue;
      const places = energyKeV > SILICON_K.edgeKeV ? [energyKeV, energyKeV - SILICON_K.lineKeV] : [energyKeV];
      for (const place of places) {
        const near = LINE_SIGMAS * sigmaAt(place, p.resolution);
        for (let j = first; j < end; j++) if (Math.abs(energies[j] - place) < near) taken[j] = 0;
      }
    }
  }
  return Int32Array.from({ length: end - first }, (_, k) => first + k).filter((j) => taken[j] && !masked?.[j]);
}

const sigmaAt = (energyKeV: number, resolution: number) => lineFwhm(energyKeV, resolution) / FWHM_PER_SIGMA;

interface Made {
  readonly of: string;
  readonly positions: Float64Array;
  readonly shapes: Float64Array;
}

/** The last ones made, for the next block of the same map and its rivals. */
const made: Made[] = [];
const MOST_KEPT = 8;

/**
 * The shapes of the continuum as they are counted, shapes × channels: emission × absorption in the specimen × efficiency of
 * the detector, spread by its resolution and integrated over each channel.
 */
export function continuumShapes(setting: Setting<ContinuumParams>): Float64Array {
  const { positions, params: p, unit } = setting;
  const { beam, model, specimen, detector, resolution } = p;
  const of = JSON.stringify([beam, model, specimen, detector, resolution, unit]);
  const same = (other: Float64Array) => other.length === positions.length && other.every((x, j) => x === positions[j]);
  const known = made.find((each) => each.of === of && same(each.positions));
  if (known) return known.shapes;
  const shapes = shapesOf(setting);
  made.push({ of, positions: positions.slice(), shapes });
  if (made.length > MOST_KEPT) made.shift();
  return shapes;
}

function shapesOf(setting: Setting<ContinuumParams>): Float64Array {
  const { params: p } = setting;
  const energies = energiesKeV(setting);
  const n = energies.length;
  const falls = n > 1 && energies[n - 1] < energies[0];
  const rising = falls ? energies.slice().reverse() : energies;
  const edges = channelEdges(rising);
  const beam = beamKeV(p);
  const top = Math.min(beam, TABLES_KEV[1]);
  const escaping = p.specimen ? selfAbsorption(absorberOf(p.specimen)) : () => 1;
  const beyond = REACH_SIGMAS * sigmaAt(Math.min(Math.max(edges[n], TABLES_KEV[0]), TABLES_KEV[1]), p.resolution);
  const start = Math.max(TABLES_KEV[0], edges[0] - beyond);
  const stop = Math.min(top, edges[n] + beyond);
  const emitted = emission(p, beam, stop);
  const count = shapeCount(p);
  const out = new Float64Array(count * n);
  let first = 0;
  for (let from = start; from < stop; ) {
    const width = Math.min(stop - from, sigmaAt(from, p.resolution) / POINTS_PER_SIGMA);
    const energy = from + width / 2;
    from += width;
    const seen = width * escaping(energy) * detectorEfficiency(energy, p.detector);
    const photons = emitted(energy);
    const sigma = sigmaAt(energy, p.resolution);
    while (first < n && edges[first + 1] < energy - REACH_SIGMAS * sigma) first++;
    let below = tabulatedNormalCdf((edges[Math.min(first, n)] - energy) / sigma);
    for (let j = first; j < n && edges[j] < energy + REACH_SIGMAS * sigma; j++) {
      const above = tabulatedNormalCdf((edges[j + 1] - energy) / sigma);
      const to = falls ? n - 1 - j : j;
      for (let k = 0; k < count; k++) out[k * n + to] += seen * photons[k] * (above - below);
      below = above;
    }
  }
  return out;
}

/** Shapes that are mixed. */
export const shapeCount = ({ model }: Pick<ContinuumParams, 'model'>) => ({ thin: 2, thick: 1, chapman: 3 })[model];

/** @param top energy up to which a continuum of Chapman's form must not be negative. */
function emission({ model }: ContinuumParams, beam: number, top: number): (energy: number) => readonly number[] {
  if (model === 'thin') return (energy) => lifshin(energy, beam);
  if (model === 'thick') return (energy) => [kramers(energy, beam)];
  return (energy) => chapman(energy, top);
}

function absorberOf({ composition, massThickness, takeOff }: NonNullable<ContinuumParams['specimen']>) {
  const takeOffAngleDeg = parseInUnit(takeOff, '°');
  if (!(takeOffAngleDeg > 0 && takeOffAngleDeg <= 90)) {
    throw inputError({
      code: 'bad-angle',
      what: `a take-off angle of ${takeOff}`,
      expected: 'an angle above 0° and up to 90° between the surface and the detector',
    });
  }
  return { composition: formulaAtoms(composition), massThickness: massThickness * 1e-6, takeOffAngleDeg };
}

/** Halfway between rising centres; the outer channels are as wide as their neighbours. */
function channelEdges(centres: Float64Array): Float64Array {
  const n = centres.length;
  const edges = new Float64Array(n + 1);
  for (let j = 1; j < n; j++) edges[j] = (centres[j - 1] + centres[j]) / 2;
  const half = (a: number, b: number) => (n > 1 ? Math.abs(centres[b] - centres[a]) / 2 : 0.5);
  edges[0] = centres[0] - half(0, 1);
  edges[n] = centres[n - 1] + half(n - 2, n - 1);
  return edges;
}
