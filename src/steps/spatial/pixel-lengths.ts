import { z } from 'zod';
import type { PixelLengths } from '../../kernels/index.ts';
import type { Axis } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import { parseInUnit } from '../../signal/units.ts';
import type { ReceptiveField } from '../step.ts';

/** A length on a map: a number of pixels, or text with a unit. */
export const mapLength = z.union([z.number().positive(), z.string()]);
type MapLength = z.infer<typeof mapLength>;

export const smallestFeatureParameter = mapLength
  .optional()
  .describe(
    'width of the smallest thing that must not be lost, in pixels or as text such as "4 nm": what mixes pixels over more than that is refused',
  );

/** Beyond this many pixels a neighbourhood is a fault of the unit. */
const WIDEST = 256;

/**
 * A length in pixels along the columns (y) and the rows (x) of a map; along an axis that a line scan has not, 0.
 * @throws SpectrailError `input/too-many-axes`, `input/bad-length`, `input/uneven-axis` or `input/unit-mismatch`.
 */
export function lengthInPixels(navigation: readonly Axis[], what: string, length: MapLength): PixelLengths {
  if (navigation.length > 2) {
    throw inputError({
      code: 'too-many-axes',
      what: `pixels around one are not defined on ${navigation.length} navigation axes`,
      expected: 'a map (y, x) or a line',
      fix: 'take the frames one by one',
    });
  }
  const along = (axis: Axis | undefined) => (axis ? onAxis(axis, what, length) : 0);
  return { y: navigation.length === 2 ? along(navigation[0]) : 0, x: along(navigation.at(-1)) };
}

function onAxis(axis: Axis, what: string, length: MapLength): number {
  const pixels = typeof length === 'number' ? length : pixelsOf(axis, length);
  if (pixels > 0 && pixels <= WIDEST) return pixels;
  throw inputError({
    code: 'bad-length',
    what: `${what} of ${length} is ${pixels} pixels of axis ${axis.name || 'without a name'}`,
    expected: `above 0 and up to ${WIDEST} pixels`,
    fix: 'give it in pixels, or check the unit and the scale of the axis',
  });
}

function pixelsOf(axis: Axis, text: string): number {
  const inPixels = /^\s*([\d.]+)\s*(px|pixels?)?\s*$/.exec(text);
  if (inPixels) return Number(inPixels[1]);
  const length = parseInUnit(text, axis.unit);
  const pixel = pixelSize(axis);
  if (pixel === undefined) {
    throw inputError({
      code: 'uneven-axis',
      what: `the pixels of axis ${axis.name || 'without a name'} have no size in common`,
      expected: 'a length in pixels',
      fix: 'give a number of pixels',
    });
  }
  return length / pixel;
}

function pixelSize(axis: Axis): number | undefined {
  const size = axis.kind === 'uniform' ? Math.abs(axis.scale) : 0;
  return size > 0 ? size : undefined;
}

/** The receptive field of a neighbourhood so wide, beside the feature that was declared. */
export function fieldOf(
  navigation: readonly Axis[],
  width: PixelLengths,
  smallestFeature: MapLength | undefined,
  mixes: string,
): ReceptiveField {
  const feature = smallestFeature === undefined ? undefined : lengthInPixels(navigation, 'a feature', smallestFeature);
  const axes = navigation.slice(-2).map((axis, i, all) => {
    const along = all.length === 2 && i === 0 ? 'y' : 'x';
    const size = axis.unit ? pixelSize(axis) : undefined;
    return {
      name: axis.name || along,
      width: width[along],
      feature: feature?.[along],
      pixel: size === undefined ? undefined : { size, unit: axis.unit },
    };
  });
  return { mixes, axes };
}
