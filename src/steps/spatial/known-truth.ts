import { edgeWidth } from '../../kernels/index.ts';
import { readRow } from '../../signal/block.ts';
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
 * values are shown expectations; others maps drawn with errors like those of the data.
 * @param mean counts a channel of a mean pixel
 */
export async function measureOnKnownMaps(
  context: StepContext,
  smoothing: Smoothing,
  mean: Float64Array,
  share: number,
  feature?: number,
): Promise<OnKnownMaps> {
  const smoother = smootherOf(smoothing.map);
  const reach = smoother.reach(smoothing.args);
  const phases = twoPhases(mean.map((value) => Math.max(0, value)));
  const widths = [...new Set([...WIDTHS, ...(feature !== undefined && feature <= MOST_FEATURE ? [feature] : [])])].sort(
    (a, b) => a - b,
  );
  const columns = 2 * (2 * reach.x + MARGIN) + (widths.at(-1) ?? 1) + (1 - ((widths.at(-1) ?? 1) % 2));
  const onALine = smoothing.args.height === 1;
  const rows = smoother.linear ? 1 : drawnRows(columns * mean.length);
  const noise = errorsInCounts(smoothing.args.noise);
  const smoothed = async (shares: Shares, seed: number) => {
    // A line has no rows beside it: as many lines, one by one.
    const [maps, height] = onALine ? [rows, 1] : [1, rows + 2 * reach.y];
    const profile = new Float64Array(columns);
    for (let n = 0; n < maps; n++) {
      const drawn = smoother.linear ? undefined : { noise, seed: context.seed + seed * maps + n };
      const block = knownMap(phases, shares, height, drawn);
      const args = { ...smoothing.args, width: columns, height, pixelMask: undefined, noise };
      const geometry = { pixels: block.pixels, channels: block.channels, width: columns };
      const out = await context.collect(
        { type: 'mapped', map: smoothing.map, args, parents: [{ type: 'memory', block }], kind: 'dense', ...geometry },
        geometry,
      );
      const row = new Float64Array(block.channels);
      const beside = onALine ? 0 : reach.y;
      for (let y = beside; y < height - beside; y++) {
        for (let x = 0; x < columns; x++) {
          profile[x] += shareIn(readRow(out, y * columns + x, row), phases) / rows;
        }
      }
    }
    return profile;
  };
  const edgeTruth = stepEdge(columns);
  const profile = await smoothed(edgeTruth, 0);
  const layers: KeptLayer[] = [];
  for (const [n, wide] of widths.entries()) {
    const columnShares = layer(columns, wide, share);
    const seen = await smoothed(columnShares, n + 1);
    const middle = Math.floor((columns - 1) / 2);
    layers.push({
      wide,
      kept: seen[middle] / share,
      sigma: smoother.linear ? 0 : counting(phases, rows) / share,
      profile: seen,
    });
  }
  return {
    edge: edgeWidth(profile),
    profile,
    mixed: profile.filter((value) => value > 0.2 && value < 0.8).length,
    layers,
    feature,
    truth: { edge: edgeTruth, layer: layer(columns, 1, share) },
  };
}

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
