import { eachFiniteRow, type Iterated } from './finite-rows.ts';
import { requireAbove, requireWhole } from './limits.ts';
import { meanBetweenLines } from './line-padding.ts';
import { dilate, type ExtremeWork, erode, extremeWork } from './running-extremes.ts';

/*
 * Baselines by flat openings: the greatest curve that a window of 2·half + 1 channels can slide along below the data. They
 * are made of single data values, the least of their window, so they lie below the mean of noise, and only a bootstrap
 * gives the variance of their sums. Rows with a value that is not finite become NaN. `out` may be `values`. All throw input
 * errors `baseline-parameter` for half windows that are not whole and from 0, and `baseline-shape`.
 */

/** Opening of each row: the top-hat baseline. */
export function tophat(
  values: Float64Array,
  rows: number,
  channels: number,
  { halfWindow }: { readonly halfWindow: number },
  out: Float64Array,
): void {
  requireWhole('halfWindow', halfWindow, 0);
  const work = extremeWork(channels);
  eachFiniteRow(values, rows, channels, out, (row, opened) => open(row, halfWindow, opened, work));
}

/**
 * Least of the opening and the mean of its dilation and erosion, per row: R. Perez-Pueyo, M. Soneira & S. Ruiz-Moreno, Appl.
 * Spectrosc. 64 (2010) 595.
 */
export function morphologicalBaseline(
  values: Float64Array,
  rows: number,
  channels: number,
  { halfWindow }: { readonly halfWindow: number },
  out: Float64Array,
): void {
  requireWhole('halfWindow', halfWindow, 0);
  const work = morphologicalWork(channels);
  eachFiniteRow(values, rows, channels, out, (row, baseline) => {
    averaged(row, halfWindow, work);
    for (let i = 0; i < channels; i++) baseline[i] = Math.min(work.opened[i], work.mean[i]);
  });
}

export interface IteratedMorphologicalOptions {
  readonly halfWindow: number;
  /** Stop when ‖b − b_new‖ / ‖b‖ is below this. Default 10⁻³. */
  readonly tolerance?: number;
  /** Default 200. */
  readonly iterations?: number;
}

/**
 * b ← min(b, mean of dilation and erosion of the opening of b) from b = y until it stands still, per row: L. Dai et al.,
 * Chemom. Intell. Lab. Syst. 179 (2018) 24. The result is b before the update that meets the stopping rule.
 *
 * @throws also for a tolerance of 0 or below, or fewer than one iteration
 */
export function iteratedMorphologicalBaseline(
  values: Float64Array,
  rows: number,
  channels: number,
  { halfWindow, tolerance = 1e-3, iterations: most = 200 }: IteratedMorphologicalOptions,
  out: Float64Array,
): Iterated {
  requireWhole('halfWindow', halfWindow, 0);
  requireAbove('tolerance', tolerance, 0);
  requireWhole('iterations', most, 1);
  const work = morphologicalWork(channels);
  const result = { iterations: new Uint32Array(rows), converged: new Uint8Array(rows) };
  eachFiniteRow(values, rows, channels, out, (row, baseline, index) => {
    if (baseline !== row) baseline.set(row);
    for (let pass = 1; pass <= most; pass++) {
      averaged(baseline, halfWindow, work);
      let change = 0;
      let size = 0;
      for (let i = 0; i < channels; i++) {
        const lowered = Math.max(0, baseline[i] - work.mean[i]);
        change += lowered * lowered;
        size += baseline[i] * baseline[i];
      }
      result.iterations[index] = pass;
      if (change < tolerance * tolerance * size || change === 0) {
        result.converged[index] = 1;
        return;
      }
      for (let i = 0; i < channels; i++) baseline[i] = Math.min(baseline[i], work.mean[i]);
    }
  });
  return result;
}

export interface RollingBallOptions {
  readonly halfWindow: number;
  /** Half window of the moving mean that follows; ends continue along the lines through so many points. 0: none. */
  readonly smoothHalfWindow: number;
}

/**
 * Opening of each row, then a moving mean: a ball rolled along from below, as M. Kneen & H. Annegarn, Nucl. Instrum. Meth. B
 * 109 (1996) 209, with a flat one.
 */
export function rollingBall(
  values: Float64Array,
  rows: number,
  channels: number,
  { halfWindow, smoothHalfWindow }: RollingBallOptions,
  out: Float64Array,
): void {
  requireWhole('halfWindow', halfWindow, 0);
  requireWhole('smoothHalfWindow', smoothHalfWindow, 0);
  const work = extremeWork(channels);
  const sums = new Float64Array(channels + 2 * smoothHalfWindow + 1);
  eachFiniteRow(values, rows, channels, out, (row, baseline) => {
    open(row, halfWindow, baseline, work);
    if (smoothHalfWindow > 0) meanBetweenLines(baseline, smoothHalfWindow, baseline, sums);
  });
}

function open(row: Float64Array, half: number, out: Float64Array, work: ExtremeWork): void {
  erode(row, half, out, work);
  dilate(out, half, out, work);
}

interface MorphologicalWork extends ExtremeWork {
  readonly opened: Float64Array;
  /** Of the dilation and the erosion of the opening. */
  readonly mean: Float64Array;
  readonly other: Float64Array;
}

function morphologicalWork(channels: number): MorphologicalWork {
  const make = () => new Float64Array(channels);
  return { ...extremeWork(channels), opened: make(), mean: make(), other: make() };
}

function averaged(row: Float64Array, half: number, work: MorphologicalWork): void {
  const { opened, mean, other } = work;
  open(row, half, opened, work);
  dilate(opened, half, mean, work);
  erode(opened, half, other, work);
  for (let i = 0; i < row.length; i++) mean[i] = 0.5 * (mean[i] + other[i]);
}
