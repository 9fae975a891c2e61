import { portableCos, portableSin } from './portable-trigonometry.ts';
import { machine, Room } from './wasm/machine.ts';

const DIRECTIONS = 36;
const COSINES = Float64Array.from({ length: DIRECTIONS }, (_, q) => portableCos((q * Math.PI) / DIRECTIONS));
const SINES = Float64Array.from({ length: DIRECTIONS }, (_, q) => portableSin((q * Math.PI) / DIRECTIONS));
/** Points of one call. */
const POINTS = 65536;

/** Writes coordinates of points [from, to) to the front of two arrays. */
type GivePoints = (from: number, to: number, a: Float64Array, b: Float64Array) => void;

/**
 * (max − min)/mean over 36 directions φ of mean |a cos φ + b sin φ|: 0 for an isotropic cloud of n points, which are asked
 * for a run at a time, in order.
 */
export function directionalSpread(n: number, give: GivePoints): number {
  const room = new Room();
  const places = [POINTS, POINTS, DIRECTIONS, DIRECTIONS, DIRECTIONS].map((length) => room.place(8 * length));
  const [first, second, cosines, sines, moments] = places.map(
    (at, i) => new Float64Array(room.buffer(), at, i < 2 ? POINTS : DIRECTIONS),
  );
  cosines.set(COSINES);
  sines.set(SINES);
  moments.fill(0);
  for (let from = 0; from < n; from += POINTS) {
    const some = Math.min(POINTS, n - from);
    give(from, from + some, first, second);
    machine().absoluteMoments(places[0], places[1], some, places[2], places[3], DIRECTIONS, places[4]);
  }
  let low = Infinity;
  let high = -Infinity;
  let total = 0;
  for (const moment of moments) {
    low = Math.min(low, moment);
    high = Math.max(high, moment);
    total += moment;
  }
  return total > 0 ? ((high - low) * DIRECTIONS) / total : 0;
}
