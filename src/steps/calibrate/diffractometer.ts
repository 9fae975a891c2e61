import { z } from 'zod';
import {
  type Companion,
  type DiffractionErrors,
  type DiffractionTerm,
  fitDiffractionErrors,
  portableAsin,
  portableCos,
  portableSin,
} from '../../kernels/index.ts';
import { ANODES, alpha2Beside, anodeLines, type PowderStandardName, powderLines } from '../../reference/index.ts';
import { inputError } from '../../signal/errors.ts';
import type { Signal } from '../../signal/signal.ts';
import { parseInUnit } from '../../signal/units.ts';
import { conditionOf, numberOf } from '../../signal/vocabulary.ts';
import type { StepContext } from '../step.ts';
import { signed } from './calibration.ts';
import { SUSPICIOUS } from './correct-axis.ts';
import { type FoundLine, locateLines, RESOLVED_CHANNELS } from './locate.ts';
import { endsOf, toleranceOf, type WantedLine } from './references.ts';
import { standardSpectrum } from './standard-spectrum.ts';

/** Zero and displacement are nearly one below this range of angles. */
const LEAST_RANGE = 60;
/** Beyond it they come apart well. */
const GOOD_RANGE = 80;
const RADIANS = Math.PI / 180;

const TERMS = ['zero', 'displacement', 'transparency'] as const satisfies readonly DiffractionTerm[];

export const diffractometerParams = {
  powder: z.enum(['LaB6', 'Si']).describe('standard powder: LaB6 as NIST SRM 660c, Si as SRM 640e'),
  lattice: z.number().positive().optional().describe('lattice parameter of the powder in Å, where it is another batch'),
  anode: z
    .string()
    .optional()
    .describe('element of the anode, where the file does not say the wavelength: "Cu", "Co", …'),
  wavelength: z
    .number()
    .positive()
    .optional()
    .describe('wavelength in Å, of Kα₁; default: that of the anode or of the file'),
  alpha2: z
    .union([z.number().positive(), z.literal('none')])
    .optional()
    .describe(
      'wavelength of Kα₂ in Å, or "none" behind a monochromator for Kα₁; default: of the file, or of the anode',
    ),
  ratio: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('intensity of Kα₂ over that of Kα₁; default: of the file, or 0.5'),
  radius: z
    .union([z.number(), z.string()])
    .optional()
    .describe(
      'of the goniometer, where the file does not say; bare numbers are in mm. The displacement is in proportion to it',
    ),
  terms: z
    .array(z.enum(TERMS))
    .min(1)
    .default(['zero', 'displacement'])
    .describe('what is fitted: zero error, displacement of the specimen from the focusing circle, transparency'),
  tolerance: z
    .union([z.number(), z.string()])
    .optional()
    .describe('a line further from its place than this is another; default 0.5°'),
  shape: z
    .enum(['gaussian', 'lorentzian', 'pseudo-voigt', 'voigt'])
    .default('pseudo-voigt')
    .describe('line that is fitted, twice where there is Kα₂'),
};

const schema = z.strictObject(diffractometerParams);
export type DiffractometerParams = z.infer<typeof schema>;

/** What the lines of a powder say of the diffractometer. */
export interface Diffractometer {
  readonly found: readonly FoundLine[];
  readonly errors: DiffractionErrors;
  /** mm. */
  readonly radius: number;
  readonly wavelength: number;
  readonly warnings: readonly string[];
}

/** mm; undefined where the recipe does not say. @throws SpectrailError `input/bad-radius` */
export function radiusOf({ radius }: DiffractometerParams): number | undefined {
  if (radius === undefined) return undefined;
  const value = parseInUnit(radius, 'mm');
  if (value > 0) return value;
  throw inputError({ code: 'bad-radius', what: `a goniometer radius of ${radius}`, expected: 'more than 0 mm' });
}

/** @throws SpectrailError `input/unknown-radius` where a displacement is asked for. */
function knownRadius(p: DiffractometerParams, { metadata }: Signal): number {
  const radius = radiusOf(p) ?? numberOf(metadata, 'goniometer_radius_mm');
  if (radius !== undefined && radius > 0) return radius;
  if (!p.terms.includes('displacement')) return 1;
  throw inputError({
    code: 'unknown-radius',
    what: 'neither the file nor the recipe says the radius of the goniometer',
    expected: 'radius: 240 mm',
    fix: 'say it, or fit other terms than the displacement',
  });
}

interface Emission {
  readonly alpha1: number;
  readonly alpha2?: number;
  readonly ratio: number;
}

/** @throws SpectrailError `input/unknown-wavelength` | `input/unknown-anode` */
function emissionOf(p: DiffractometerParams, { metadata }: Signal): Emission {
  const said = conditionOf(metadata, 'anode')?.value;
  const named = p.anode ?? (typeof said === 'string' && Object.hasOwn(ANODES, said) ? said : undefined);
  const anode = named === undefined ? undefined : anodeLines(named);
  const alpha1 =
    p.wavelength ??
    (p.anode === undefined ? undefined : anode?.[0]) ??
    numberOf(metadata, 'wavelength_K_alpha1_angstrom') ??
    numberOf(metadata, 'wavelength_angstrom') ??
    anode?.[0];
  if (alpha1 === undefined) {
    throw inputError({
      code: 'unknown-wavelength',
      what: 'neither the file nor the recipe says the wavelength',
      expected: 'anode: Cu, or wavelength: 1.5405929',
      fix: 'say the anode, or the wavelength in Å',
    });
  }
  const ratio = p.ratio ?? numberOf(metadata, 'K_alpha2_to_K_alpha1') ?? 0.5;
  if (p.alpha2 === 'none' || ratio === 0) return { alpha1, ratio };
  const alpha2 = p.alpha2 ?? alpha2Beside(alpha1) ?? numberOf(metadata, 'wavelength_K_alpha2_angstrom');
  return { alpha1, alpha2, ratio };
}

/** Where Kα₂ puts the line that Kα₁ puts at an angle. */
export function alpha2Companion(ratio: number, alpha1: number, alpha2: number): Companion {
  const stretch = alpha2 / alpha1;
  return {
    ratio,
    at: (twoTheta) => {
      const sine = stretch * portableSin((twoTheta / 2) * RADIANS);
      // Beyond 180° there is no second line: the first is put twice.
      if (!(sine < 1)) return [twoTheta, 1];
      const theta = portableAsin(sine);
      return [(2 * theta) / RADIANS, (stretch * portableCos((twoTheta / 2) * RADIANS)) / portableCos(theta)];
    },
  };
}

/**
 * Lines of a powder in a diffractogram, and the errors of the diffractometer that put them where they are.
 * @throws SpectrailError `input/unknown-wavelength` | `input/reference-not-found` | `input/too-few-references`
 */
export async function diffractometerOf(
  context: StepContext,
  signal: Signal,
  p: DiffractometerParams,
): Promise<Diffractometer> {
  const { spectral } = signal;
  const { alpha1, alpha2, ratio } = emissionOf(p, signal);
  const radius = knownRadius(p, signal);
  const wanted = linesOf(p, alpha1, endsOf(spectral));
  const companion = alpha2 === undefined ? undefined : alpha2Companion(ratio, alpha1, alpha2);
  const found = locateLines(await standardSpectrum(context, signal), wanted, {
    shape: p.shape,
    tolerance: toleranceOf({ modality: 'xrd', spectral }, p.tolerance),
    scale: true,
    missing: 'skip',
    unit: '°',
    companion: () => companion,
  });
  if (found.length <= p.terms.length) {
    throw inputError({
      code: 'too-few-references',
      what: `${found.length} line${found.length === 1 ? '' : 's'} of ${p.powder} cannot tell ${p.terms.join(' and ')} and be a check`,
      expected: `more than ${p.terms.length}`,
      fix: 'measure over more angles, or fit fewer terms',
    });
  }
  const errors = fitted(found, radius, p.terms);
  return { found, errors, radius, wavelength: alpha1, warnings: warningsOf(found, errors) };
}

function linesOf(p: DiffractometerParams, wavelength: number, ends: readonly [number, number]): WantedLine[] {
  const lines = powderLines(p.powder as PowderStandardName, wavelength, ends, p.lattice);
  if (lines.length === 0) {
    throw inputError({
      code: 'outside-axis',
      what: `no line of ${p.powder} lies between ${ends[0]}° and ${ends[1]}° at ${wavelength} Å`,
      expected: 'a diffractogram that has some',
      fix: 'check the wavelength and the axis',
    });
  }
  return lines.map(({ hkl, twoTheta, uncertainty }) => ({
    name: `${p.powder} ${hkl}`,
    position: twoTheta,
    uncertainty,
    feature: 'line',
    ofSet: true,
  }));
}

function fitted(found: readonly FoundLine[], radius: number, terms: readonly DiffractionTerm[]): DiffractionErrors {
  try {
    return fitDiffractionErrors(
      Float64Array.from(found, ({ position }) => position),
      Float64Array.from(found, ({ line }) => line.position),
      Float64Array.from(found, ({ line, sigma }) => Math.sqrt(line.uncertainty * line.uncertainty + sigma * sigma)),
      radius,
      terms,
    );
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw inputError({
      code: 'too-few-references',
      what: `these lines do not tell ${terms.join(', ')} apart`,
      expected: 'lines over more angles',
      fix: 'fit fewer terms',
      cause: error,
    });
  }
}

/** Correlation of two fitted terms. */
export function correlation({ covariance, terms }: DiffractionErrors, k: number, l: number): number {
  const n = terms.length;
  return covariance[k * n + l] / Math.sqrt(covariance[k * n + k] * covariance[l * n + l]);
}

function warningsOf(found: readonly FoundLine[], errors: DiffractionErrors): string[] {
  const angles = found.map(({ line }) => line.position);
  const range = Math.max(...angles) - Math.min(...angles);
  const warnings: string[] = [];
  if (errors.terms.length > 1 && range < LEAST_RANGE) {
    const rho = Math.abs(correlation(errors, 0, 1));
    warnings.push(
      `the lines span ${range.toFixed(0)}°, below ${LEAST_RANGE}°: ${errors.terms[0]} and ${errors.terms[1]} are nearly one (correlation ${rho.toFixed(3)}), and only their sum is known; measure over ${GOOD_RANGE}° and more, or fit one of them`,
    );
  }
  for (const [i, { line, channels }] of found.entries()) {
    if (Math.abs(errors.studentised[i]) > SUSPICIOUS) {
      warnings.push(
        `${line.name} is ${signed(errors.residuals[i])}° (${Math.abs(errors.studentised[i]).toPrecision(2)} σ) from where the others put it`,
      );
    }
    if (channels < RESOLVED_CHANNELS)
      warnings.push(`${line.name} is ${channels.toPrecision(2)} channels wide: too few`);
  }
  return warnings;
}

/** "zero +0.0301 ± 0.0004°, displacement +98 ± 5 µm". */
export function describeErrors({ terms, values, covariance }: DiffractionErrors): string {
  const n = terms.length;
  return terms
    .map((term, k) => {
      const [factor, unit] = term === 'displacement' ? [1000, ' µm'] : [1, '°'];
      const [value, sigma] = [factor * values[k], factor * Math.sqrt(covariance[k * n + k])];
      return `${term} ${signed(value)} ± ${sigma.toPrecision(2)}${unit}`;
    })
    .join(', ');
}
