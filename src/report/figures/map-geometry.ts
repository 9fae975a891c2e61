import { type Axis, axisValue } from '../../signal/axis.ts';
import { mapShape } from '../../signal/signal.ts';
import { convertUnit, isKnownUnit } from '../../signal/units.ts';
import { formatNumber } from '../numbers.ts';

export interface MapAxis {
  readonly label: string;
  /** Position of a (fractional) pixel: pixel i reaches from i − ½ to i + ½. */
  readonly at: (index: number) => number;
  /** From the outer edge of the first pixel to that of the last. */
  readonly edges: readonly [number, number];
}

/** How navigation axes become a picture. */
export interface MapGeometry {
  readonly kind: 'map' | 'line' | 'point';
  readonly width: number;
  readonly height: number;
  readonly x: MapAxis;
  readonly y: MapAxis;
  /** Width over height of the picture. */
  readonly aspect: number;
  /** Unit of length of the x axis, for the scale bar. */
  readonly lengthUnit?: string;
}

export function mapGeometry(navigation: readonly Axis[]): MapGeometry {
  const { height, width } = mapShape(navigation);
  const long = navigation.find(({ size }) => size > 1);
  const line = long !== undefined && (height === 1 || width === 1);
  const x = line ? mapAxis(long, 'x', long.size) : mapAxis(navigation.at(-1), 'x', width);
  const folded = navigation.length > 2;
  const y = mapAxis(folded || line ? undefined : navigation.at(-2), folded ? 'row' : 'y', line ? 1 : height);
  const lengthUnit = line ? lengthUnitOf(long) : lengthUnitOf(navigation.at(-1));
  return {
    kind: height * width === 1 ? 'point' : line ? 'line' : 'map',
    width: line ? long.size : width,
    height: line ? 1 : height,
    x,
    y,
    aspect: squareUnits(navigation) ? extent(x) / extent(y) : width / height,
    lengthUnit,
  };
}

/** Size of the picture in a box, its aspect kept; a sliver is widened to 8 px. */
export function fitPicture(aspect: number, most: number): { width: number; height: number } {
  const width = aspect >= 1 ? most : most * aspect;
  const height = aspect >= 1 ? most / aspect : most;
  return { width: Math.max(Math.round(width), 8), height: Math.max(Math.round(height), 8) };
}

function mapAxis(axis: Axis | undefined, name: string, size: number): MapAxis {
  const calibrated = axis?.kind === 'uniform' && axis.scale !== 0 && axis.size === size && axis.unit !== '';
  const at = calibrated ? (index: number) => axisValue(axis, index) : (index: number) => index;
  const title = axis?.name || name;
  return {
    label: calibrated ? `${title} (${axis.unit})` : `${title} (pixels)`,
    at,
    edges: [at(-0.5), at(size - 0.5)],
  };
}

function extent({ edges }: MapAxis): number {
  return Math.abs(edges[1] - edges[0]);
}

function squareUnits(navigation: readonly Axis[]): boolean {
  const [y, x] = [navigation.at(-2), navigation.at(-1)];
  return (
    navigation.length === 2 &&
    y?.kind === 'uniform' &&
    x?.kind === 'uniform' &&
    y.unit === x.unit &&
    y.scale !== 0 &&
    x.scale !== 0
  );
}

function lengthUnitOf(axis: Axis | undefined): string | undefined {
  if (axis?.kind !== 'uniform' || axis.scale === 0) return undefined;
  return ['pm', 'Å', 'nm', 'µm', 'mm', 'cm', 'm'].includes(axis.unit) ? axis.unit : undefined;
}

/** "50 nm" for 0.05 µm. */
export function formatLength(length: number, unit: string): string {
  const smaller: Readonly<Record<string, string>> = { m: 'mm', mm: 'µm', cm: 'µm', µm: 'nm', nm: 'pm' };
  const next = smaller[unit];
  if (length < 0.1 && next && isKnownUnit(unit)) return formatLength(convertUnit(length, unit, next), next);
  return `${formatNumber(Number(length.toPrecision(6)))}\u00a0${unit}`;
}
