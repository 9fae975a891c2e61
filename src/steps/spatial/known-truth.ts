import { edgeWidth } from '../../kernels/index.ts';
import { readRow } from '../../signal/block.ts';
import type { Source } from '../../signal/source.ts';
import type { StepContext } from '../step.ts';
import { errorsInCounts, knownMap, layer, type Shares, stepEdge, type TwoPhases, twoPhases } from './known-maps.ts';
import type { Smoothing } from './smoother.ts';
import { smootherOf } from './smoothers.ts';

/** What was left of a layer. */
export interface KeptLayer {
  /** In pixels. */
  readonly wide: number;
  /** Share of its excess at its middle, and its standard uncertainty where the map was drawn. */
  readonly kept: number;
  readonly sigma: number;
  /** Share of the other phase in each column. */
  readonly profile: Float64Array;
}

/** What smoothing did to maps with known truth. */
export interface OnKnownMaps {
  /** 10–90 % width of a sharp step, in pixels, and its profile. */
  readonly edge: number;
  readonly profile: Float64Array;
  /** Columns beside the step that show 20 to 80 % of either phase, where there are only pure ones. */
  readonly mixed: number;
  /** Narrowest first, one pixel wide. */
  readonly layers: readonly KeptLayer[];
  /** The declared smallest feature among them, in whole pixels. */
  readonly feature?: number;
  readonly truth: { readonly edge: Float64Array; readonly layer: Float64Array };
}

const WIDTHS = [1, 2, 3, 4, 6, 8];
const MARGIN = 4;
/** Rows of a map that is drawn with its errors, and values at most. */
const ROWS = { least: 16, most: 64 };
const MOST_VALUES = 2e6;

/**
 * Smooths a sharp step and layers between two phases that have the counts of a mean spectrum. Weights that owe nothing to the
 * values do the same to any spectra, and are shown expectations; others are shown maps drawn with errors like those of the data.
 * @param mean counts a channel of a mean pixel
 */
export async function measureOnKnownMaps(
  context: StepContext,
  smoothing: Smoothing,
  mean: Float64Array,
  share: number,
  feature?: number,
): Promise<OnKnownMaps> {
  const { linear, reach } = smootherOf(smoothing.map);
  const phases = twoPhases(linear ? ANY_SPECTRUM : mean.map((value) => Math.max(0, value)));
  const widths = [...new Set([...WIDTHS, ...(feature !== undefined && feature <= MOST_FEATURE ? [feature] : [])])];
  widths.sort((a, b) => a - b);
  // An odd number of columns, so that one is the middle, and room on both sides for what is mixed into it.
  const columns = 2 * (2 * reach(smoothing.args).x + MARGIN + Math.ceil(widths[widths.length - 1] / 2)) + 1;
  const rows = linear ? 1 : drawnRows(columns * mean.length);
  const smoothed = (shares: Shares, n: number) => smoothedShares(context, smoothing, phases, shares, rows, n);
  const truth = { edge: stepEdge(columns), layer: layer(columns, 1, share) };
  const profile = await smoothed(truth.edge, 0);
  const layers: KeptLayer[] = [];
  for (const [n, wide] of widths.entries()) {
    const seen = await smoothed(layer(columns, wide, share), n + 1);
    layers.push({
      wide,
      kept: seen[(columns - 1) / 2] / share,
      sigma: linear ? 0 : counting(phases, rows) / share,
      profile: seen,
    });
  }
  const mixed = profile.filter((value) => value > 0.2 && value < 0.8).length;
  return { edge: edgeWidth(profile), profile, mixed, layers, feature, truth };
}

/** Share of the other phase in each column of a smoothed map: mean over so many rows. */
async function smoothedShares(
  context: StepContext,
  { map, args }: Smoothing,
  phases: TwoPhases,
  shares: Shares,
  rows: number,
  n: number,
): Promise<Float64Array> {
  const { linear, reach } = smootherOf(map);
  const noise = errorsInCounts(args.noise);
  const width = shares.length;
  // A line has no rows beside it: as many lines, one by one.
  const onALine = args.height === 1;
  const beside = onALine ? 0 : reach(args).y;
  const [maps, height] = onALine ? [rows, 1] : [1, rows + 2 * beside];
  const found = new Float64Array(width);
  const row = new Float64Array(phases.matrix.length);
  for (let k = 0; k < maps; k++) {
    const seed = context.seed + n * maps + k;
    const block = knownMap(phases, shares, height, linear ? undefined : { noise, seed });
    const geometry = { pixels: block.pixels, channels: block.channels, width };
    const source: Source = {
      type: 'mapped',
      map,
      args: { ...args, width, height, pixelMask: undefined, channelMask: undefined, noise },
      parents: [{ type: 'memory', block }],
      kind: 'dense',
      ...geometry,
    };
    const out = await context.collect(source, geometry);
    for (let y = beside; y < height - beside; y++) {
      for (let x = 0; x < width; x++) found[x] += shareIn(readRow(out, y * width + x, row), phases) / rows;
    }
  }
  return found;
}

const ANY_SPECTRUM = Float64Array.of(1, 1, 1);

/** Wider features than that are no matter for layers. */
const MOST_FEATURE = 32;

const drawnRows = (values: number) => Math.min(ROWS.most, Math.max(ROWS.least, Math.floor(MOST_VALUES / values)));

const inLine = (spectrum: Float64Array, [first, end]: TwoPhases['line']) =>
  spectrum.subarray(first, end).reduce((sum, value) => sum + value, 0);

/** Share of the other phase, from the counts in its line. */
function shareIn(spectrum: Float64Array, { matrix, other, line }: TwoPhases): number {
  const [none, all] = [inLine(matrix, line), inLine(other, line)];
  return all > none ? (inLine(spectrum, line) - none) / (all - none) : 0;
}

/** Standard uncertainty of a share by counting, in a column of so many rows: at most, for smoothing lessens it. */
function counting({ matrix, other, line }: TwoPhases, rows: number): number {
  const [none, all] = [inLine(matrix, line), inLine(other, line)];
  return all > none ? Math.sqrt(none / rows) / (all - none) : 0;
}
