import { elementOf } from '../reference/elements.ts';
import { lineNamed } from '../reference/xray-lines.ts';
import { uniformAxis } from '../signal/axis.ts';
import type { EventsBlock } from '../signal/block.ts';
import type { ArrayDataset, Metadata, PlainTree } from '../signal/dataset.ts';
import { type EdsParameters, edsParameters } from './eds-parameters.ts';
import {
  type Composition,
  layout,
  type Material,
  materials,
  PAIR_ELEMENT,
  PHASE,
  RARE_LINE,
  RARE_LINE_SHARE,
  rareMaterial,
} from './eds-specimen.ts';
import { type PhaseSpectrum, phaseSpectrum } from './eds-spectrum.ts';
import { type CountModel, countType, eventsSampler, ripplePattern } from './events-sampling.ts';
import type { Simulation } from './index.ts';

/** Counts per second at which the stated live time is reckoned. */
const COUNT_RATE = 10_000;

export interface SimulatedPhase extends Material, PhaseSpectrum {
  /** Pixels of the map that hold it. */
  readonly pixels: number;
}

export interface EdsTruth {
  readonly simulator: 'eds';
  readonly parameters: EdsParameters;
  /** [height, width]. */
  readonly shape: readonly [number, number];
  readonly axis: { readonly offsetKeV: number; readonly dispersionKeV: number; readonly channels: number };
  readonly phases: readonly SimulatedPhase[];
  /** Index into `phases` of each pixel, row-major. */
  readonly labels: Uint8Array;
  /** The two phases that look alike, and what tells them apart. */
  readonly pair: { readonly phases: readonly [number, number]; readonly element: string; readonly difference: number };
  /** The phase of a few pixels, with a line no other phase has. */
  readonly rare?: {
    readonly phase: number;
    /** Flat indices, ascending. */
    readonly pixels: readonly number[];
    readonly element: string;
    readonly line: string;
    readonly energyKeV: number;
    /** Expected counts in the line in each of these pixels, where the relative thickness is 1. */
    readonly countsPerPixel: number;
  };
  /** Relative thickness of each column; its mean is 1. */
  readonly relativeThickness: Float64Array;
  /** ±1 per channel; undefined without gain ripple. */
  readonly ripplePattern?: Int8Array;
}

export interface EdsSimulation {
  /** height × width × channels, as events. */
  readonly dataset: ArrayDataset;
  readonly truth: EdsTruth;
  /** The counts of pixels [start, end) alone: the same as in the whole map. */
  readonly drawPixels: (start: number, end: number) => EventsBlock;
}

/**
 * A STEM-EDS map of a cross section with known truth: alumina scale on two alloys that differ in chromium only, with a
 * carbide and, unless `rare` is off, five pixels of a calcium aluminate. Exact Poisson counts; the same parameters give
 * the same counts, drawn whole or in parts.
 * @throws SpectrailError `input/bad-parameter`
 */
export function simulateEds(given: Partial<EdsParameters> = {}): EdsSimulation {
  const parameters = edsParameters(given);
  const { height, width, channels, rare, gainRipple, seed } = parameters;
  const { labels, rarePixels } = layout(parameters);
  const specimen = [...materials(parameters.pairDifference), ...(rare ? [rareAtShare(parameters)] : [])];
  const pixels = new Uint32Array(specimen.length);
  for (const label of labels) pixels[label]++;
  const phases = specimen.map((material, i) => ({
    ...material,
    ...phaseSpectrum(material, parameters),
    pixels: pixels[i],
  }));
  const relativeThickness = Float64Array.from({ length: width }, (_, x) =>
    parameters.thickness === 'wedge' ? 0.5 + (x + 0.5) / width : 1,
  );
  const pattern = gainRipple > 0 ? ripplePattern(channels, seed) : undefined;
  const model: CountModel = {
    channels,
    labels,
    means: phases.map(({ mean }) => mean),
    exposure: (pixel) => relativeThickness[pixel % width],
    ripple: pattern && { amplitude: gainRipple, pattern },
    seed,
  };
  const type = countType(model, Math.max(relativeThickness[0], relativeThickness[width - 1]));
  const drawPixels = eventsSampler(model, type);
  const truth: EdsTruth = {
    simulator: 'eds',
    parameters,
    shape: [height, width],
    axis: { offsetKeV: parameters.offsetKeV, dispersionKeV: parameters.dispersionKeV, channels },
    phases,
    labels,
    pair: { phases: [PHASE.alloy, PHASE.richAlloy], element: PAIR_ELEMENT, difference: parameters.pairDifference },
    rare: rare ? rareTruth(phases[PHASE.rare], rarePixels) : undefined,
    relativeThickness,
    ripplePattern: pattern,
  };
  const dataset: ArrayDataset = {
    kind: 'array',
    title: 'Simulated EDS map',
    shape: [height, width, channels],
    dtype: type,
    axes: axesOf(parameters),
    values: { kind: 'events', load: async () => drawPixels(0, height * width) },
    metadata: metadataOf(parameters, specimen),
    original: { simulator: 'eds', parameters: { ...parameters } },
    warnings: [],
  };
  return { dataset, truth, drawPixels };
}

/** The inclusion whose own line holds the set share of the counts: fixed point in its concentration. */
function rareAtShare(parameters: EdsParameters): Material {
  const odds = RARE_LINE_SHARE / (1 - RARE_LINE_SHARE);
  let fraction = 0.082;
  for (let round = 0; round < 12; round++) {
    const { lineCounts } = phaseSpectrum(rareMaterial(fraction), parameters);
    const share = lineCounts[RARE_LINE] / parameters.dose;
    if (Math.abs(share - RARE_LINE_SHARE) < 1e-7) break;
    const now = share / (1 - share);
    fraction = 1 / (1 + ((1 - fraction) / fraction) * (now / odds));
  }
  return rareMaterial(fraction);
}

function rareTruth(phase: SimulatedPhase, pixels: readonly number[]): EdsTruth['rare'] {
  const { element, energyKeV } = lineNamed(RARE_LINE);
  return {
    phase: PHASE.rare,
    pixels,
    element,
    line: RARE_LINE,
    energyKeV,
    countsPerPixel: phase.lineCounts[RARE_LINE],
  };
}

function axesOf({ height, width, channels, pixelSizeNm, dispersionKeV, offsetKeV }: EdsParameters) {
  return [
    uniformAxis({ name: 'y', unit: 'nm', role: 'navigation', size: height, scale: pixelSizeNm }),
    uniformAxis({ name: 'x', unit: 'nm', role: 'navigation', size: width, scale: pixelSizeNm }),
    uniformAxis({
      name: 'Energy',
      unit: 'keV',
      role: 'spectral',
      size: channels,
      scale: dispersionKeV,
      offset: offsetKeV,
      calibration: { origin: 'simulation', uncertainty: 0 },
    }),
  ];
}

function metadataOf(parameters: EdsParameters, specimen: readonly Material[]): Metadata {
  const { height, width, dose, beamEnergyKeV, takeOffAngleDeg, resolutionMnKaEV } = parameters;
  const elements = [...new Set(specimen.flatMap(({ composition }) => Object.keys(composition)))];
  return {
    signal_type: 'EDS_TEM',
    instrument: 'TEM',
    acquisition_mode: 'STEM',
    quantity: 'X-rays (Counts)',
    beam_energy_keV: beamEnergyKeV,
    stage: { tilt_alpha: 0 },
    detector_EDS: {
      azimuth_angle: 0,
      elevation_angle: takeOffAngleDeg,
      energy_resolution_MnKa: resolutionMnKaEV,
      live_time: (height * width * dose) / COUNT_RATE,
    },
    elements: elements.sort((a, b) => elementOf(a).z - elementOf(b).z),
  };
}

/** What every simulator hands back. */
export function asSimulation({ dataset, truth, drawPixels }: EdsSimulation): Simulation {
  return {
    dataset,
    draw: drawPixels,
    truth: (options) => truthAsPlain(truth, options?.maps),
    maps: { labels: { values: truth.labels, shape: truth.shape } },
  };
}

/** The truth as JSON can hold it: typed arrays become lists, and `labels` rows of the map unless `maps` is false. */
export function truthAsPlain(truth: EdsTruth, maps = true): PlainTree {
  const [height, width] = truth.shape;
  const { rare, ripplePattern: pattern } = truth;
  return {
    simulator: truth.simulator,
    parameters: { ...truth.parameters },
    shape: [height, width],
    axis: { ...truth.axis },
    phases: truth.phases.map((phase) => ({
      name: phase.name,
      composition: { ...(phase.composition as Record<string, number>) },
      density: phase.density,
      pixels: phase.pixels,
      lineCounts: { ...phase.lineCounts },
      mean: [...phase.mean],
      components: phase.components.map(({ name, values }) => ({ name, values: [...values] })),
    })),
    ...(maps ? { labels: rowsOf(truth.labels, height, width) } : {}),
    pair: { phases: [...truth.pair.phases], element: truth.pair.element, difference: truth.pair.difference },
    ...(rare ? { rare: { ...rare, pixels: [...rare.pixels] } } : {}),
    relativeThickness: [...truth.relativeThickness],
    ...(pattern ? { ripplePattern: [...pattern] } : {}),
  };
}

function rowsOf(map: Uint8Array, height: number, width: number): number[][] {
  return Array.from({ length: height }, (_, y) => [...map.subarray(y * width, (y + 1) * width)]);
}

export type { Composition, EdsParameters };
