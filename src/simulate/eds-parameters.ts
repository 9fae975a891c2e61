import type { DetectorWindow } from '../reference/eds-detector.ts';
import { inputError } from '../signal/errors.ts';

export interface EdsParameters {
  /** Pixels. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly dispersionKeV: number;
  /** Energy at the centre of channel 0, keV: below 0, so that the axis includes the true zero. */
  readonly offsetKeV: number;
  readonly beamEnergyKeV: number;
  readonly takeOffAngleDeg: number;
  /** FWHM at Mn Kα, eV. */
  readonly resolutionMnKaEV: number;
  readonly window: DetectorWindow;
  /** Mean counts per pixel over the whole axis (over the wedge: of the mean pixel). */
  readonly dose: number;
  readonly seed: number;
  /** Whether five adjacent pixels hold a phase with a line of its own. */
  readonly rare: boolean;
  /** Atomic fraction by which the two look-alike phases differ in one element. */
  readonly pairDifference: number;
  /**
   * RMS relative amplitude of a channel-to-channel sensitivity pattern whose strength differs from pixel to pixel: an
   * artefact without spatial structure. (A constant pattern would only scale every spectrum alike.)
   */
  readonly gainRipple: number;
  /** `wedge`: counts rise linearly along x from half to one and a half times the dose; absorption stays that of the mean. */
  readonly thickness: 'constant' | 'wedge';
  readonly thicknessNm: number;
  readonly pixelSizeNm: number;
}

export const EDS_DEFAULTS: EdsParameters = {
  height: 64,
  width: 64,
  channels: 1024,
  dispersionKeV: 0.01,
  offsetKeV: -0.2,
  beamEnergyKeV: 200,
  takeOffAngleDeg: 22,
  resolutionMnKaEV: 130,
  window: 'none',
  dose: 100,
  seed: 1,
  rare: true,
  pairDifference: 0.15,
  gainRipple: 0,
  thickness: 'constant',
  thicknessNm: 60,
  pixelSizeNm: 2,
};

const RANGES: Readonly<Partial<Record<keyof EdsParameters, readonly [number, number, 'whole'?]>>> = {
  height: [16, 65536, 'whole'],
  width: [16, 65536, 'whole'],
  channels: [64, 65536, 'whole'],
  dispersionKeV: [0.001, 0.1],
  offsetKeV: [-1, 1],
  beamEnergyKeV: [30, 400],
  takeOffAngleDeg: [1, 90],
  resolutionMnKaEV: [122, 300],
  dose: [1e-3, 1e7],
  seed: [0, Number.MAX_SAFE_INTEGER, 'whole'],
  pairDifference: [0, 0.5],
  gainRipple: [0, 0.5],
  thicknessNm: [1, 1000],
  pixelSizeNm: [0.01, 1e5],
};

const CHOICES = {
  window: ['none', 'polymer', 'beryllium'],
  thickness: ['constant', 'wedge'],
} as const;

const MOST_PIXELS = 2 ** 26;
/** The axis must reach past the strong soft lines, and with the rare phase past the Kα and Kβ of calcium. */
const LEAST_AXIS_END_KEV = { plain: 2, rare: 4.3 };

/**
 * The defaults with what was given in their place.
 * @throws SpectrailError `input/bad-parameter` for a name that is none, or a value outside its range.
 */
export function edsParameters(given: Partial<EdsParameters> = {}): EdsParameters {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(EDS_DEFAULTS, name));
  if (unknown) throw bad(unknown, 'is not a parameter of the EDS simulator', Object.keys(EDS_DEFAULTS).join(', '));
  const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const parameters: EdsParameters = { ...EDS_DEFAULTS, ...stated };
  for (const [name, [low, high, whole]] of Object.entries(RANGES)) {
    const value = parameters[name as keyof EdsParameters];
    const fits = typeof value === 'number' && value >= low && value <= high && (!whole || Number.isInteger(value));
    if (!fits) throw bad(name, `is ${value}`, `a ${whole ? 'whole ' : ''}number from ${low} to ${high}`);
  }
  for (const [name, choices] of Object.entries(CHOICES)) {
    const value = parameters[name as keyof typeof CHOICES];
    if (!(choices as readonly string[]).includes(value))
      throw bad(name, `is "${value}"`, `one of ${choices.join(', ')}`);
  }
  if (typeof parameters.rare !== 'boolean') throw bad('rare', `is ${parameters.rare}`, 'true or false');
  const pixels = parameters.height * parameters.width;
  if (pixels > MOST_PIXELS) throw bad('height × width', `is ${pixels} pixels`, `at most ${MOST_PIXELS}`);
  const end = parameters.offsetKeV + parameters.dispersionKeV * (parameters.channels - 1);
  const least = parameters.rare ? LEAST_AXIS_END_KEV.rare : LEAST_AXIS_END_KEV.plain;
  if (end < least) throw bad('the energy axis', `ends at ${end.toPrecision(3)} keV`, `an end above ${least} keV`);
  return parameters;
}

function bad(name: string, what: string, expected: string) {
  return inputError({ code: 'bad-parameter', where: 'EDS simulator', what: `${name} ${what}`, expected });
}
