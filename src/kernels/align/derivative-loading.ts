/** Beyond this correlation a loading is that of a misaligned axis. */
export const DERIVATIVE_LOADING = 0.8;

/** How much a loading looks like the slope of the mean spectrum. */
export interface DerivativeLoading {
  /** Pearson's correlation of the loading with d(mean)/dE, −1 to 1; 0 where either is level. */
  readonly correlation: number;
  /** Root mean square displacement that the component stands for, if it is one: in the unit of the axis. */
  readonly shift: number;
}

/**
 * Compares a loading with the derivative of the mean spectrum: a small displacement δ of the axis adds −δ·dx/dE to a spectrum,
 * so that a drifting axis makes a component of this shape. Beyond {@link DERIVATIVE_LOADING} the component is a misalignment,
 * and its rms displacement is std(score)·|v·x̄′|/(x̄′·x̄′).
 *
 * A line that chemistry moves by less than its width makes the same shape; only a reference line that chemistry does not
 * move tells one from the other.
 *
 * @param mean mean spectrum, in the space of the loading: a weighted decomposition's weights must be taken off both.
 * @param positions of the channels, strictly monotonic. @param spread standard deviation of the scores.
 * @param masked 1 where a channel takes no part; the slope beside such a channel takes none either.
 */
export function derivativeLoading(
  mean: Float64Array,
  loading: Float64Array,
  positions: Float64Array,
  spread: number,
  masked?: Uint8Array,
): DerivativeLoading {
  const n = mean.length;
  if (loading.length !== n || positions.length !== n) {
    throw new RangeError(
      `mean, loading and positions must be of one length: ${n}, ${loading.length}, ${positions.length}`,
    );
  }
  let [count, sd, sv, sdd, svv, sdv] = [0, 0, 0, 0, 0, 0];
  for (let j = 0; j < n; j++) {
    const [before, after] = [Math.max(0, j - 1), Math.min(n - 1, j + 1)];
    if (before === after || masked?.[before] || masked?.[j] || masked?.[after]) continue;
    const slope = (mean[after] - mean[before]) / (positions[after] - positions[before]);
    count++;
    sd += slope;
    sv += loading[j];
    sdd += slope * slope;
    svv += loading[j] * loading[j];
    sdv += slope * loading[j];
  }
  const product = (sdd - (sd * sd) / count) * (svv - (sv * sv) / count);
  return {
    correlation: count > 2 && product > 0 ? (sdv - (sd * sv) / count) / Math.sqrt(product) : 0,
    shift: sdd > 0 ? (spread * Math.abs(sdv)) / sdd : 0,
  };
}
