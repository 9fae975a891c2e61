import { z } from 'zod';
import type { LineShapeName } from '../../kernels/index.ts';
import { type ReferenceLine, referenceLines } from '../../reference/index.ts';
import { type Axis, axisValue } from '../../signal/axis.ts';
import { inputError, isSpectrailError } from '../../signal/errors.ts';
import type { ModalityId } from '../../signal/modality.ts';
import { convertUnit, isConvertible, parseInUnit } from '../../signal/units.ts';
import type { SignalState } from '../state.ts';

const amount = z.union([z.number(), z.string()]);

const given = z.strictObject({
  position: amount.describe('where it belongs, in the unit of the axis or with a unit of its own'),
  uncertainty: amount.optional().describe('standard uncertainty of that'),
  name: z.string().optional(),
  relative: z
    .boolean()
    .optional()
    .describe('true: taken for known in the specimen itself, so that its own shift is lost'),
});

export const referenceParams = {
  references: z
    .array(z.union([z.string(), given]))
    .min(1)
    .describe('what the axis is tied to: names of standards ("Si", "C 1s", "Cu_Ka") or positions of your own'),
  tolerance: amount
    .optional()
    .describe('a peak further from its reference than this is another; default: that of the modality (EELS 10 eV, …)'),
  shape: z
    .enum(['gaussian', 'lorentzian', 'pseudo-voigt', 'voigt'])
    .optional()
    .describe('line that is fitted; default: Gaussian for EDS, else pseudo-Voigt'),
  missing: z
    .enum(['refuse', 'skip'])
    .default('refuse')
    .describe('what to do when a named line is not found; of a set of lines (polystyrene, Ne) some always may be'),
  laser: z
    .number()
    .positive()
    .optional()
    .describe('wavelength in nm where the file does not say: for lamp lines on a Raman axis'),
};

const schema = z.strictObject(referenceParams);
export type ReferenceParams = z.infer<typeof schema>;

/** A line to be found, on the axis of a signal. */
export interface WantedLine extends Omit<ReferenceLine, 'unit'> {
  /** One of several under one name: may be missing. */
  readonly ofSet: boolean;
}

/** How far off an axis may be before a line is taken for another, as users of the technique set up their instruments. */
const TOLERANCES: Readonly<Partial<Record<ModalityId, readonly [value: number, unit: string]>>> = {
  eels: [10, 'eV'],
  eds: [0.1, 'keV'],
  xps: [3, 'eV'],
  raman: [10, '1/cm'],
  xrd: [0.5, '°'],
  xas: [5, 'eV'],
  cl: [5, 'nm'],
};

const OF_THE_RANGE = 0.02;

type Described = Pick<SignalState, 'modality' | 'spectral'>;

/** In the unit of the axis. */
export function toleranceOf({ modality, spectral }: Described, asked: string | number | undefined): number {
  if (asked !== undefined) {
    const value = parseInUnit(asked, spectral.unit);
    if (value > 0) return value;
    throw inputError({ code: 'bad-tolerance', what: `a tolerance of ${asked}`, expected: 'more than 0' });
  }
  const [value, unit] = TOLERANCES[modality] ?? [];
  if (value !== undefined && unit === spectral.unit) return value;
  if (value !== undefined && unit !== undefined && isConvertible(unit, spectral.unit)) {
    return convertUnit(value, unit, spectral.unit);
  }
  const [low, high] = endsOf(spectral);
  return OF_THE_RANGE * (high - low);
}

export function shapeOf({ modality }: Described, p: ReferenceParams): LineShapeName {
  return p.shape ?? (modality === 'eds' ? 'gaussian' : 'pseudo-voigt');
}

export function endsOf(axis: Axis): readonly [low: number, high: number] {
  const [one, other] = [axisValue(axis, 0), axisValue(axis, axis.size - 1)];
  return [Math.min(one, other), Math.max(one, other)];
}

/**
 * The lines of the parameters, on the axis of a signal; those of sets that lie outside of it are left out.
 * @throws SpectrailError `input/unknown-reference` | `input/unknown-laser` | `input/unknown-line` | `input/outside-axis`
 */
export function wantedLines(state: Described, p: ReferenceParams, laser: number | undefined): WantedLine[] {
  const { modality, spectral } = state;
  const [low, high] = endsOf(spectral);
  const reach = toleranceOf(state, p.tolerance);
  const wanted = p.references.flatMap((each): WantedLine[] => {
    if (typeof each !== 'string') return [givenLine(each, spectral.unit)];
    const lines = referenceLines(each, modality, spectral.unit, laser);
    return lines.map(({ unit, ...line }) => ({
      ...line,
      position: unit === spectral.unit ? line.position : convertUnit(line.position, unit, spectral.unit),
      uncertainty: unit === spectral.unit ? line.uncertainty : convertUnit(line.uncertainty, unit, spectral.unit),
      ofSet: lines.length > 1,
    }));
  });
  const inside = wanted.filter(({ position }) => position >= low - reach && position <= high + reach);
  const outside = wanted.find((line) => !inside.includes(line) && !line.ofSet && p.missing === 'refuse');
  if (outside || inside.length === 0) {
    const { name, position } = outside ?? wanted[0];
    throw inputError({
      code: 'outside-axis',
      what: `${name} belongs at ${position} ${spectral.unit}, which this axis does not reach`,
      expected: `a reference between ${low} and ${high} ${spectral.unit}`,
      fix: 'leave it out, or give the input "standard" a spectrum that has it',
    });
  }
  return inside;
}

/** As far as a plan knows them: a laser that the file names is not known yet. */
export function plannedLines(state: Described, p: ReferenceParams): WantedLine[] | undefined {
  try {
    return wantedLines(state, p, p.laser);
  } catch (error) {
    if (isSpectrailError(error, 'input') && error.code === 'unknown-laser') return undefined;
    throw error;
  }
}

function givenLine({ position, uncertainty, name, relative }: z.infer<typeof given>, unit: string): WantedLine {
  return {
    name: name ?? `${position}${typeof position === 'number' && unit ? ` ${unit}` : ''}`,
    position: parseInUnit(position, unit),
    uncertainty: uncertainty === undefined ? 0 : Math.abs(parseInUnit(uncertainty, unit)),
    feature: 'line',
    conventional: relative,
    ofSet: false,
  };
}
