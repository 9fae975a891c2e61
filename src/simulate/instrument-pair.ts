import { portableExp } from '../kernels/portable-math.ts';
import { portableSin } from '../kernels/portable-trigonometry.ts';
import { CounterRandom } from '../kernels/random.ts';
import { uniformAxis } from '../signal/axis.ts';
import { inputError } from '../signal/errors.ts';
import { unknownNoise } from '../signal/noise.ts';
import { createSignal, type Signal } from '../signal/signal.ts';

/** How the second instrument sees what the first does: in channels of the first, and in parts of its signal. */
export interface InstrumentDifference {
  /** Everything lies so many channels further up. */
  readonly shift: number;
  /** Standard deviation of what it is blurred with. */
  readonly blur: number;
  /** By how much the upper side of the blur is wider than the middle, and the lower narrower: its tail. */
  readonly tail: number;
  /** Largest deviation of its sensitivity, a wave along the axis. */
  readonly ripple: number;
  readonly offset: number;
}

export interface InstrumentPairParameters {
  readonly seed: number;
  readonly channels: number;
  /** Spectra on the first instrument whose concentrations are known: what a model is made of. */
  readonly calibration: number;
  /** Samples measured on both. */
  readonly standards: number;
  /** Samples to be predicted, measured on both. */
  readonly samples: number;
  /** Standard deviation of the error of a value. */
  readonly noise: number;
  /** Spectra of a standard that are averaged. */
  readonly averaged: number;
  readonly difference: InstrumentDifference;
  /**
   * Calibration and samples are of two classes, told apart by the first component: its amounts lie about 0.5 ∓ distance/2 with
   * a standard deviation of `spread`. `share` of the samples to be predicted, and half of the calibration, are of the second.
   */
  readonly classes?: { readonly distance: number; readonly spread: number; readonly share: number };
}

export const INSTRUMENT_PAIR: InstrumentPairParameters = {
  seed: 1,
  channels: 200,
  calibration: 60,
  standards: 30,
  samples: 200,
  noise: 0.01,
  averaged: 16,
  difference: { shift: 0.3, blur: 1.8, tail: 0.6, ripple: 0.05, offset: 0.05 },
};

/** Spectra of some samples, and what they are made of. */
export interface MeasuredSamples {
  /** On the first instrument, the master, and on the second; spectra × channels. */
  readonly master: Float64Array;
  readonly slave: Float64Array;
  /** Spectra × components. */
  readonly concentrations: Float64Array;
  /** 0 or 1 of each; all 0 where there are no classes. */
  readonly labels: Uint8Array;
  readonly count: number;
}

export interface InstrumentPair {
  readonly parameters: InstrumentPairParameters;
  /** Components × channels, as the master shows them. */
  readonly components: Float64Array;
  readonly calibration: MeasuredSamples;
  readonly standards: MeasuredSamples;
  readonly samples: MeasuredSamples;
}

/** Middle and standard deviation of the bands of each component, in parts of the axis, and their heights. */
const BANDS = [
  [
    [0.25, 0.05, 1],
    [0.62, 0.04, 0.5],
  ],
  [
    [0.42, 0.055, 1],
    [0.78, 0.04, 0.4],
  ],
  [
    [0.58, 0.05, 1],
    [0.32, 0.045, 0.3],
  ],
] as const;
export const COMPONENTS = BANDS.length;
/** Largest height of the sloping baseline, whose height is that of a sample alone. */
const BASELINE = 0.2;
/** Beyond this many widths the blur is nothing. */
const REACH = 5;

/**
 * Two spectrometers and samples of three components that both have measured. The master shows three spectra of two Gaussian
 * bands each on a sloping baseline; the slave shows the same shifted, blurred with a tail on one side, with a ripple on its
 * sensitivity and an offset. Errors are Gaussian and independent, of standards averaged. Equal parameters give equal spectra.
 * @throws SpectrailError `input/bad-parameter`
 */
export function simulateInstrumentPair(given: Partial<InstrumentPairParameters> = {}): InstrumentPair {
  const parameters = { ...INSTRUMENT_PAIR, ...given };
  const { seed, channels, noise, averaged, difference, classes } = parameters;
  for (const name of ['channels', 'calibration', 'standards', 'samples', 'averaged'] as const) {
    const least = name === 'channels' ? 16 : 1;
    if (Number.isInteger(parameters[name]) && parameters[name] >= least) continue;
    throw bad(name, parameters[name], `a whole number of at least ${least}`);
  }
  if (!(noise >= 0)) throw bad('noise', noise, 'a number of at least 0');
  const sound = difference.blur > 0 && difference.tail >= 0 && difference.tail < 1;
  if (!sound)
    throw bad('difference', `blur ${difference.blur}, tail ${difference.tail}`, 'a blur above 0, a tail in [0, 1)');
  const components = new Float64Array(COMPONENTS * channels);
  for (const [c, bands] of BANDS.entries()) {
    for (const [middle, width, height] of bands) {
      for (let j = 0; j < channels; j++)
        components[c * channels + j] += height * gaussian(j / channels - middle, width);
    }
  }
  const seen = secondInstrument(channels, difference);
  const random = new CounterRandom(seed, 0);
  const measure = (key: number, count: number, sigma: number, share?: number): MeasuredSamples => {
    const labels = Uint8Array.from({ length: count }, (_, i) =>
      share === undefined ? 0 : Math.floor((i + 1) * share) - Math.floor(i * share),
    );
    const concentrations = new Float64Array(count * COMPONENTS);
    const master = new Float64Array(count * channels);
    const slave = new Float64Array(count * channels);
    const clean = new Float64Array(channels);
    for (let i = 0; i < count; i++) {
      random.reset(key * 1e6 + i);
      for (let c = 0; c < COMPONENTS; c++) concentrations[i * COMPONENTS + c] = random.next();
      if (classes && share !== undefined) {
        concentrations[i * COMPONENTS] = 0.5 + classes.distance * (labels[i] - 0.5) + classes.spread * random.normal();
      }
      const level = BASELINE * random.next();
      for (let j = 0; j < channels; j++) {
        clean[j] = level * (1 - j / (2 * channels));
        for (let c = 0; c < COMPONENTS; c++) {
          clean[j] += concentrations[i * COMPONENTS + c] * components[c * channels + j];
        }
      }
      const other = seen(clean);
      for (let j = 0; j < channels; j++) {
        master[i * channels + j] = clean[j] + sigma * random.normal();
        slave[i * channels + j] = other[j] + sigma * random.normal();
      }
    }
    return { master, slave, concentrations, labels, count };
  };
  return {
    parameters,
    components,
    calibration: measure(1, parameters.calibration, noise, classes && 0.5),
    standards: measure(2, parameters.standards, noise / Math.sqrt(averaged)),
    samples: measure(3, parameters.samples, noise, classes?.share),
  };
}

/** What the second instrument makes of a spectrum of the first; beyond its ends a spectrum goes on as it ends. */
export function secondInstrument(
  channels: number,
  { shift, blur, tail, ripple, offset }: InstrumentDifference,
): (clean: Float64Array) => Float64Array {
  const reach = Math.ceil(Math.abs(shift) + REACH * blur * (1 + tail));
  const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, d) => {
    const off = d - reach - shift;
    return gaussian(off, blur * (off > 0 ? 1 + tail : 1 - tail));
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return (clean) =>
    Float64Array.from({ length: channels }, (_, j) => {
      let sum = 0;
      for (let d = -reach; d <= reach; d++) {
        sum += weights[d + reach] * clean[Math.min(channels - 1, Math.max(0, j - d))];
      }
      return offset + (1 + ripple * portableSin((12 * Math.PI * j) / channels)) * (sum / total);
    });
}

/** One of the instruments' sets of spectra as a signal with its law of errors. */
export function pairSignal(
  { parameters: { channels, noise, averaged } }: InstrumentPair,
  { count, ...sets }: MeasuredSamples,
  instrument: 'master' | 'slave',
  isStandard = false,
): Signal {
  const values = sets[instrument];
  return createSignal({
    title: `${instrument}${isStandard ? ', standards' : ''}`,
    modality: 'raman',
    navigation: [uniformAxis({ name: 'sample', role: 'navigation', size: count })],
    spectral: uniformAxis({
      name: 'Raman shift',
      unit: '1/cm',
      role: 'spectral',
      size: channels,
      scale: 5,
      offset: 400,
    }),
    source: { type: 'memory', block: { kind: 'dense', pixels: count, channels, values } },
    intensity: { kind: 'normalised', how: 'laser power' },
    noise: {
      tag: 'gaussian',
      sigma: isStandard ? noise / Math.sqrt(averaged) : noise,
      across: { kind: 'independent' },
    },
  });
}

/** The concentrations of a set as a signal: a component a channel, a sample a pixel. */
export function pairReference({ concentrations, count }: MeasuredSamples): Signal {
  return createSignal({
    title: 'concentrations',
    navigation: [uniformAxis({ name: 'sample', role: 'navigation', size: count })],
    spectral: uniformAxis({ name: 'component', role: 'spectral', size: COMPONENTS }),
    source: { type: 'memory', block: { kind: 'dense', pixels: count, channels: COMPONENTS, values: concentrations } },
    intensity: { kind: 'dimensionless' },
    noise: unknownNoise('weighed in'),
  });
}

const gaussian = (off: number, width: number) => portableExp((-off * off) / (2 * width * width));

function bad(name: string, value: unknown, expected: string) {
  return inputError({ code: 'bad-parameter', where: 'simulated instruments', what: `${name} is ${value}`, expected });
}
