import type { Warper } from './warper.ts';

export interface CowOptions {
  /** Intervals between channels that a segment spans: at least 1; what is left over joins the last. */
  readonly segment: number;
  /** Channels by which a segment may become longer or shorter; below `segment`, so that nothing crosses. */
  readonly slack: number;
  /** Largest displacement of a boundary, in channels; default: whatever the slack allows. */
  readonly limit?: number;
  /**
   * `reference` (default): the reference is cut into segments, and the row's boundaries move. `row`: the row is cut, and the
   * boundaries on the reference move, as in the program of Tomasi et al.
   */
  readonly sections?: 'reference' | 'row';
  /**
   * What a segment's correlation counts. `equal`: 1, as published. `variance`: the share of the sections' variance that lies
   * in it: segments of noise alone do not pull at the boundaries of those that hold something.
   */
  readonly weight?: 'equal' | 'variance';
  /**
   * Move each boundary by a fraction of a channel afterwards, to the vertex of a parabola through the sums there and half a
   * channel beside it: without it (default, as published) a warp is right to half a channel only.
   */
  readonly refine?: boolean;
}

/** What was found for one row. */
export interface CowFit {
  /** Sum of the weighted correlations. */
  readonly objective: number;
  /** Boundaries in the reference and in the row, from 0 to channels − 1. */
  readonly reference: Float64Array;
  readonly row: Float64Array;
}

/**
 * Correlation optimised warping (Nielsen, Carstensen & Smedsgaard 1998, J. Chromatogr. A 805, 17; Tomasi, van den Berg &
 * Andersson 2004, J. Chemom. 18, 231): boundaries of segments move in whole channels so that the sum of the correlations of
 * linearly stretched segments with theirs in the reference is largest, found exactly by dynamic programming in
 * O(segments × displacements × (2·slack + 1) × segment). Both ends stay. A segment without variance has correlation 0.
 *
 * @throws RangeError for options that cannot be.
 */
export function cowWarper(references: readonly Float64Array[], options: CowOptions): CowWarper {
  const channels = references[0].length;
  const { segment, slack, limit = channels, sections = 'reference', weight = 'equal', refine = false } = options;
  if (!(Number.isInteger(segment) && segment >= 1 && segment <= Math.max(1, channels - 1))) {
    throw new RangeError(`a segment must span 1 to ${Math.max(1, channels - 1)} intervals, not ${segment}`);
  }
  if (!(Number.isInteger(slack) && slack >= 0 && slack < segment)) {
    throw new RangeError(`slack must be a whole number from 0 and below the segment of ${segment}, not ${slack}`);
  }
  if (!(limit >= 0)) throw new RangeError(`the largest displacement must be at least 0, not ${limit}`);
  const count = Math.max(1, Math.floor((channels - 1) / segment));
  const fixed = Float64Array.from({ length: count + 1 }, (_, i) => (i === count ? channels - 1 : i * segment));
  const room = programme(fixed, slack, Math.floor(limit));
  const cutReferences = sections === 'reference' ? references.map((reference) => cut(reference, fixed, weight)) : [];
  const cutRow = emptyCut(channels, count);
  const solve = (row: Float64Array, reference: number, nodes: Float64Array) => {
    const cutOnes = sections === 'reference' ? cutReferences[reference] : cutRow;
    const moving = sections === 'reference' ? row : references[reference];
    if (sections === 'row') refill(row, fixed, weight, cutRow);
    const sum = optimise(cutOnes, moving, room, nodes);
    return refine ? sum + refineNodes(cutOnes, moving, room, nodes) : sum;
  };
  return {
    channels,
    nodes: count + 1,
    find: solve,
    places(nodes, from) {
      const [on, at] = sections === 'reference' ? [fixed, nodes] : [nodes, fixed];
      for (let i = 0; i < count; i++) {
        const stretch = (at[i + 1] - at[i]) / (on[i + 1] - on[i]);
        const end = i === count - 1 ? channels - 1 : on[i + 1];
        for (let j = Math.ceil(on[i]); j <= end; j++) from[j] = at[i] + (j - on[i]) * stretch;
      }
      if (channels === 1) from[0] = 0;
    },
    fit(row, reference = 0) {
      const nodes = new Float64Array(count + 1);
      const objective = solve(row, reference, nodes);
      return sections === 'reference'
        ? { objective, reference: fixed, row: nodes }
        : { objective, reference: nodes, row: fixed };
    },
  };
}

export interface CowWarper extends Warper {
  fit(row: Float64Array, reference?: number): CowFit;
}

/** Segments of what is cut, each less its mean. */
interface Cut {
  readonly centred: Float64Array;
  /** Where a segment starts in `centred`: its ends belong to both neighbours. */
  readonly start: Int32Array;
  readonly norm: Float64Array;
  readonly weight: Float64Array;
}

const emptyCut = (channels: number, count: number): Cut => ({
  centred: new Float64Array(channels + count),
  start: new Int32Array(count),
  norm: new Float64Array(count),
  weight: new Float64Array(count),
});

function cut(values: Float64Array, bounds: Float64Array, weight: 'equal' | 'variance'): Cut {
  const out = emptyCut(values.length, bounds.length - 1);
  refill(values, bounds, weight, out);
  return out;
}

function refill(values: Float64Array, bounds: Float64Array, weight: 'equal' | 'variance', out: Cut): void {
  const count = bounds.length - 1;
  let [at, total] = [0, 0];
  for (let i = 0; i < count; i++) {
    out.start[i] = at;
    const length = bounds[i + 1] - bounds[i] + 1;
    for (let k = 0; k < length; k++) out.centred[at + k] = values[bounds[i] + k];
    out.norm[i] = centre(out.centred, at, length);
    at += length;
    total += out.norm[i] * out.norm[i];
  }
  for (let i = 0; i < count; i++) {
    out.weight[i] = weight === 'equal' ? 1 : total > 0 ? (out.norm[i] * out.norm[i]) / total : 0;
  }
}

/** Rounding of values that are all alike is no variance. */
const LEVEL = 1e-14;

/** Takes the mean off; the norm of what is left, 0 where that is rounding. */
function centre(values: Float64Array, start: number, length: number): number {
  let [sum, size] = [0, 0];
  for (let k = start; k < start + length; k++) {
    sum += values[k];
    size = Math.max(size, Math.abs(values[k]));
  }
  const mean = sum / length;
  let squares = 0;
  for (let k = start; k < start + length; k++) {
    values[k] -= mean;
    squares += values[k] * values[k];
  }
  const norm = Math.sqrt(squares);
  return norm > LEVEL * size * length ? norm : 0;
}

interface Programme {
  readonly fixed: Float64Array;
  readonly slack: number;
  /** Largest displacement of each boundary; displacement d of boundary i is state d + reach[i]. */
  readonly reach: Int32Array;
  /** Best sums up to each state, and by how much its last segment is longer: (count + 1) × width. */
  readonly width: number;
  readonly best: Float64Array;
  readonly longer: Int8Array | Int16Array;
  readonly stretched: Float64Array;
}

function programme(fixed: Float64Array, slack: number, limit: number): Programme {
  const count = fixed.length - 1;
  const reach = Int32Array.from(fixed, (_, i) => Math.min(limit, slack * Math.min(i, count - i)));
  const width = 2 * reach.reduce((most, each) => Math.max(most, each), 0) + 1;
  const longest = Math.max(...Array.from({ length: count }, (_, i) => fixed[i + 1] - fixed[i] + 1));
  return {
    fixed,
    slack,
    reach,
    width,
    best: new Float64Array((count + 1) * width),
    longer: slack < 128 ? new Int8Array((count + 1) * width) : new Int16Array((count + 1) * width),
    stretched: new Float64Array(longest),
  };
}

/** Boundaries in what moves that give the largest sum, which is returned. */
function optimise(sections: Cut, moving: Float64Array, room: Programme, nodes: Float64Array): number {
  const { fixed, slack, reach, width, best, longer } = room;
  const count = fixed.length - 1;
  best.fill(Number.NEGATIVE_INFINITY);
  best[reach[0]] = 0;
  for (let i = 0; i < count; i++) {
    const length = fixed[i + 1] - fixed[i];
    for (let d = -reach[i]; d <= reach[i]; d++) {
      const so = best[i * width + d + reach[i]];
      if (so === Number.NEGATIVE_INFINITY) continue;
      for (let u = -slack; u <= slack; u++) {
        const next = d + u;
        if (next < -reach[i + 1] || next > reach[i + 1] || length + u < 1) continue;
        const start = fixed[i] + d;
        if (start < 0 || start + length + u > moving.length - 1) continue;
        const gain = weighted(sections, i, moving, start, start + length + u, room);
        const to = (i + 1) * width + next + reach[i + 1];
        if (so + gain > best[to]) {
          best[to] = so + gain;
          longer[to] = u;
        }
      }
    }
  }
  let d = 0;
  for (let i = count; i >= 0; i--) {
    nodes[i] = fixed[i] + d;
    if (i > 0) d -= longer[i * width + d + reach[i]];
  }
  return best[count * width + reach[count]];
}

/** Times to go through the boundaries. */
const SWEEPS = 2;

/** Moves the inner boundaries by fractions of a channel; by how much the sum grows. */
function refineNodes(sections: Cut, moving: Float64Array, room: Programme, nodes: Float64Array): number {
  const count = room.fixed.length - 1;
  let gained = 0;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let i = 1; i < count; i++) {
      const beside = (place: number) =>
        weighted(sections, i - 1, moving, nodes[i - 1], place, room) +
        weighted(sections, i, moving, place, nodes[i + 1], room);
      const here = nodes[i];
      if (here - 0.5 <= nodes[i - 1] || here + 0.5 >= nodes[i + 1]) continue;
      const [before, now, after] = [beside(here - 0.5), beside(here), beside(here + 0.5)];
      const bend = before - 2 * now + after;
      if (!(bend < 0)) continue;
      const place = here + 0.5 * Math.min(Math.max((0.5 * (before - after)) / bend, -1), 1);
      const better = beside(place);
      if (!(better > now) || Math.abs(place - room.fixed[i]) > room.reach[i]) continue;
      nodes[i] = place;
      gained += better - now;
    }
  }
  return gained;
}

/** Weighted correlation of a segment with the stretch of what moves from start to end, interpolated to its length. */
function weighted(
  { centred, start: starts, norm, weight }: Cut,
  i: number,
  moving: Float64Array,
  start: number,
  end: number,
  { fixed, stretched }: Programme,
): number {
  if (norm[i] === 0 || weight[i] === 0) return 0;
  const length = fixed[i + 1] - fixed[i];
  const step = (end - start) / length;
  const last = moving.length - 2;
  for (let k = 0; k <= length; k++) {
    const at = start + k * step;
    const low = Math.min(Math.floor(at), last);
    stretched[k] = moving[low] + (at - low) * (moving[low + 1] - moving[low]);
  }
  const other = centre(stretched, 0, length + 1);
  if (other === 0) return 0;
  let product = 0;
  for (let k = 0; k <= length; k++) product += centred[starts[i] + k] * stretched[k];
  return (weight[i] * product) / (norm[i] * other);
}
