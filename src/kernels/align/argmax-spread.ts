import { normalCdf } from '../normal.ts';
import { portableExp } from '../portable-math.ts';

const NODES = 48;

/**
 * Mean square distance from the true place of the channel that holds the largest of independent values: a Gaussian peak
 * whose counts are Poisson, taken as normal. Integrated over the value v of the largest: channel k is it with density
 * φ_k(v)·Π_{l≠k} Φ_l(v).
 *
 * @param place fractional channel of the maximum. @param height counts there. @param width full width at half maximum, in
 * channels. @param room at least `spreadRoom(channels)` numbers.
 */
export function argmaxVariance(
  place: number,
  height: number,
  width: number,
  readout: number,
  channels: number,
  room: Float64Array,
): number {
  const first = Math.max(0, Math.floor(place - width) - 1);
  const end = Math.min(channels, Math.ceil(place + width) + 2);
  const n = end - first;
  const means = room.subarray(0, n);
  const spreads = room.subarray(n, 2 * n);
  const chance = room.subarray(2 * n, 3 * n).fill(0);
  let top = 0;
  for (let k = 0; k < n; k++) {
    const u = (first + k - place) / width;
    means[k] = height * portableExp(-4 * Math.LN2 * u * u);
    spreads[k] = Math.sqrt(means[k] + readout * readout + 1e-9);
    top = Math.max(top, means[k] + 6 * spreads[k]);
  }
  const low = height - 3 * Math.sqrt(height + readout * readout);
  for (let node = 0; node < NODES; node++) {
    const v = low + ((node + 0.5) * (top - low)) / NODES;
    let below = 1;
    for (let k = 0; k < n; k++) below *= normalCdf((v - means[k]) / spreads[k]);
    if (!(below > 0)) continue;
    for (let k = 0; k < n; k++) {
      const z = (v - means[k]) / spreads[k];
      chance[k] += (below * portableExp(-0.5 * z * z)) / (spreads[k] * normalCdf(z));
    }
  }
  let [sum, squares] = [0, 0];
  for (let k = 0; k < n; k++) {
    const d = first + k - place;
    sum += chance[k];
    squares += chance[k] * d * d;
  }
  return sum > 0 ? squares / sum : Number.NaN;
}

/** Numbers that {@link argmaxVariance} works in. */
export const spreadRoom = (channels: number) => 3 * channels;
