import type { ChannelOperator } from './channel-operator.ts';

/**
 * The share of each channel that goes into each new one, counts being spread evenly inside a channel: sums are conserved.
 * Edges ascend, one more than there are channels. New channels that reach beyond the old ones get what there is.
 * @throws RangeError for edges that do not ascend.
 */
export function rebinEdges(from: Float64Array, onto: Float64Array): ChannelOperator {
  for (const edges of [from, onto]) {
    for (let k = 1; k < edges.length; k++) {
      if (!(edges[k] > edges[k - 1])) throw new RangeError(`edge ${k} is ${edges[k]}, not above ${edges[k - 1]}`);
    }
  }
  const [given, channels] = [from.length - 1, onto.length - 1];
  const firsts = new Int32Array(channels);
  let width = 1;
  for (let j = 0, first = 0; j < channels; j++) {
    while (first < given - 1 && from[first + 1] <= onto[j]) first++;
    let end = first + 1;
    while (end < given && from[end] < onto[j + 1]) end++;
    firsts[j] = first;
    width = Math.max(width, end - first);
  }
  const columns = new Int32Array(channels * width);
  const weights = new Float64Array(channels * width);
  for (let j = 0; j < channels; j++) {
    for (let k = 0; k < width; k++) {
      const column = Math.min(firsts[j] + k, given - 1);
      columns[j * width + k] = column;
      if (column !== firsts[j] + k) continue;
      const overlap = Math.min(from[column + 1], onto[j + 1]) - Math.max(from[column], onto[j]);
      if (overlap > 0) weights[j * width + k] = overlap / (from[column + 1] - from[column]);
    }
  }
  return { channels, width, columns, weights };
}
