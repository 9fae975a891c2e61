/** Numbers per value: y(i + t) = c₀ + t·(c₁ + t·(c₂ + t·c₃)) for 0 ≤ t ≤ 1; those of the last value hold no interval. */
export const SPLINE_WIDTH = 4;

/**
 * The interpolating cubic spline through values at 0, 1, 2, …, with a third derivative that is continuous at the second and
 * last but one of them ("not a knot"). Fewer than four values: the polynomial through them.
 *
 * @param out SPLINE_WIDTH × values.length, overwritten.
 */
export function cubicSpline(values: Float64Array, out: Float64Array): void {
  const n = values.length;
  out.fill(0);
  // Second derivatives first, where the coefficient of t² will be; pivots where that of t³ will be.
  const bend = (i: number) => SPLINE_WIDTH * i + 2;
  const pivot = (i: number) => SPLINE_WIDTH * i + 3;
  const difference = (i: number) => values[i - 1] - 2 * values[i] + values[i + 1];
  if (n === 3) for (let i = 0; i < n; i++) out[bend(i)] = difference(1);
  if (n > 3) {
    // With M₀ = 2M₁ − M₂ the first equation M₀ + 4M₁ + M₂ = 6d₁ says M₁ = d₁; so does the last.
    out[bend(1)] = difference(1);
    out[bend(n - 2)] = difference(n - 2);
    for (let i = 2; i < n - 2; i++) {
      out[pivot(i)] = 1 / (4 - out[pivot(i - 1)]);
      out[bend(i)] = (6 * difference(i) - out[bend(i - 1)]) * out[pivot(i)];
    }
    for (let i = n - 3; i > 1; i--) out[bend(i)] -= out[pivot(i)] * out[bend(i + 1)];
    out[bend(0)] = 2 * out[bend(1)] - out[bend(2)];
    out[bend(n - 1)] = 2 * out[bend(n - 2)] - out[bend(n - 3)];
  }
  for (let i = 0; i < n - 1; i++) {
    const [now, next] = [out[bend(i)], out[bend(i + 1)]];
    const at = SPLINE_WIDTH * i;
    out[at] = values[i];
    out[at + 1] = values[i + 1] - values[i] - (2 * now + next) / 6;
    out[at + 2] = now / 2;
    out[at + 3] = (next - now) / 6;
  }
  if (n > 0) {
    out.fill(0, SPLINE_WIDTH * (n - 1));
    out[SPLINE_WIDTH * (n - 1)] = values[n - 1];
  }
}
