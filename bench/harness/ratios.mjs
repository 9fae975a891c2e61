/** Middle of the values; the mean of the two middle ones of an even number. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** How many times faster than the peer: ratio of the medians, with the least and the most of the rounds taken one by one. */
export function speedRatio(ours, peer) {
  const rounds = ours.seconds.map((seconds, i) => peer.seconds[i] / seconds);
  return {
    ratio: median(peer.seconds) / median(ours.seconds),
    low: Math.min(...rounds),
    high: Math.max(...rounds),
  };
}

/** Slope of log y against log x by least squares: 1 for linear growth. */
export function growthExponent(xs, ys) {
  const [x, y] = [xs, ys].map((values) => values.map(Math.log));
  const [mx, my] = [x, y].map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
  let [xy, xx] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    xy += (x[i] - mx) * (y[i] - my);
    xx += (x[i] - mx) ** 2;
  }
  return xy / xx;
}

/** Largest relative deviation of the leading `n` values after scaling both lists by their first. */
export function leadingDeviation(values, others, n) {
  let most = 0;
  for (let k = 1; k < n; k++) {
    most = Math.max(most, Math.abs((values[k] / values[0]) * (others[0] / others[k]) - 1));
  }
  return most;
}
