/**
 * Samples that cover the space of their spectra evenly (R. Kennard & L. Stone, Technometrics 11 (1969) 137): the two most
 * distant, the smaller index first, then each time the one whose nearest chosen is farthest. Of equals the one of lowest index.
 *
 * @param x row-major, samples × channels
 * @returns `count` indices in the order of choice, fewer where there are fewer samples, and the distance of each from the
 *   nearest chosen before it; of the first two, from each other
 */
export function kennardStone(
  x: Float64Array,
  samples: number,
  count: number,
): { readonly chosen: Int32Array; readonly distances: Float64Array } {
  const n = samples ? x.length / samples : 0;
  const wanted = Math.min(count, samples);
  const chosen = new Int32Array(wanted);
  const distances = new Float64Array(wanted);
  const square = (a: number, b: number) => {
    let sum = 0;
    for (let j = 0; j < n; j++) {
      const off = x[a * n + j] - x[b * n + j];
      sum += off * off;
    }
    return sum;
  };
  let farthest = -1;
  const pair = [0, Math.min(1, samples - 1)];
  for (let a = 0; a < samples; a++) {
    for (let b = a + 1; b < samples; b++) {
      const distance = square(a, b);
      if (distance <= farthest) continue;
      farthest = distance;
      pair[0] = a;
      pair[1] = b;
    }
  }
  const nearest = new Float64Array(samples).fill(Number.POSITIVE_INFINITY);
  for (let k = 0; k < wanted; k++) {
    const next = k < 2 ? pair[k] : indexOfLargest(nearest);
    chosen[k] = next;
    distances[k] = Math.sqrt(k < 2 ? Math.max(0, farthest) : nearest[next]);
    for (let i = 0; i < samples; i++) {
      const distance = i === next ? -1 : square(i, next);
      if (distance < nearest[i]) nearest[i] = distance;
    }
  }
  return { chosen, distances };
}

function indexOfLargest(values: Float64Array): number {
  let at = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[at]) at = i;
  return at;
}
