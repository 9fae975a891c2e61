import { type NeighbourSums, normalQuantile, portablePow } from '../../kernels/index.ts';
import type { Anomalies, Region } from '../products.ts';
import { bandChannels } from './bands.ts';
import type { Found } from './found.ts';
import { bandEdges } from './regions.ts';

/** Family-wise chance below which a confirmed region is taken for a fault of the model. */
const CERTAIN = 0.01;

/**
 * Is what was left behind still ordered in space in some band? There is no band for the total: Poisson weights make the
 * first component reproduce the total of every pixel, so its residual is zero by construction and says nothing.
 */
export function structureOf({ neighbours, bands, signal }: Found, regions: readonly Region[]) {
  const z = neighbourZ(neighbours);
  const worst = z.reduce((top, value, b) => (value > z[top] ? b : top), 0);
  const band = bandEdges(signal.spectral, ...bandChannels(bands, 2 * worst));
  const moran = { worstBand: z[worst], limit: bandLimit(z.length), band };
  return { moran, warnings: structureWarnings(moran, signal.spectral.unit, regions) };
}

/**
 * Neighbour correlation of each column as a z-score that holds where the noise differs from phase to phase; about 1 for a
 * single pair of stray counts in an empty band, where Moran's own z would be large.
 */
function neighbourZ({ products, squares }: NeighbourSums): Float64Array {
  return products.map((product, b) => (squares[b] > 0 ? product / Math.sqrt(squares[b]) : 0));
}

/** z above which the largest of `bands` independent maps is structured, at a 0.5 % false-alarm rate. */
function bandLimit(bands: number): number {
  return normalQuantile(portablePow(0.995, 1 / Math.max(1, bands)));
}

function structureWarnings(
  { worstBand, limit, band }: Anomalies['moran'],
  unit: string,
  regions: readonly Region[],
): string[] {
  const warnings: string[] = [];
  const confirmed = regions.filter(({ status }) => status === 'confirmed');
  const certain = confirmed.filter(({ pValue }) => pValue < CERTAIN);
  if (certain.length) {
    const names = certain.map(({ id }) => id).join(', ');
    warnings.push(`The model leaves out something real: region ${names}.`);
  }
  const explained = confirmed.some((region) => region.band[0] < band[1] && band[0] < region.band[1]);
  if (worstBand > limit && !explained) {
    const middle = ((band[0] + band[1]) / 2).toPrecision(4);
    warnings.push(
      `The residual around ${middle} ${unit} is spatially structured (Moran z = ${worstBand.toFixed(1)}, limit ${limit.toFixed(1)}): the model removed something physical.`,
    );
  }
  return warnings;
}
