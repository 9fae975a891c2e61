import type { Source } from '../../signal/source.ts';
import type { Anomalies, Region } from '../products.ts';
import type { StepContext } from '../step.ts';
import { bandChannels } from './bands.ts';
import type { Found } from './found.ts';
import { bandEdges } from './regions.ts';
import { bandLimit, COLUMN_SETS, neighbourZ, residualColumns } from './structure.ts';

/** Family-wise chance below which a confirmed region is taken for a fault of the model. */
const CERTAIN = 0.01;

/** Is what was left behind still ordered in space in some band? */
export async function structureOf(context: StepContext, found: Found, regions: readonly Region[]) {
  const { args, sources, bands, signal } = found;
  const { width, height } = args;
  const pixels = width * height;
  const columns = residualColumns(bands.edges.length - 1);
  const channels = COLUMN_SETS * columns;
  const map = context.shapeId('neighbourResiduals');
  const source: Source = { type: 'mapped', map, args, parents: sources, pixels, channels, kind: 'dense' };
  const sums = await context.fold<Parameters<typeof neighbourZ>[0]>('neighbourSums', {}, [source], {
    pixels,
    channels,
    width,
  });
  const z = neighbourZ(sums);
  const worst = z.reduce((top, value, b) => (value > z[top] ? b : top), 0);
  const band = bandEdges(signal.spectral, ...bandChannels(bands, 2 * worst));
  const moran = { worstBand: z[worst], limit: bandLimit(columns), band };
  return { moran, warnings: structureWarnings(moran, signal.spectral.unit, regions) };
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
