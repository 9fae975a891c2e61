import { type Neighbourhood, reachOf } from './neighbourhood.ts';

/** Where a run of pixels lies in its map. */
export interface Run {
  readonly width: number;
  readonly height: number;
  /** Pixels start ≤ i < end. */
  readonly start: number;
  readonly end: number;
  /** One code a pixel of the whole map: what is not 0 takes no part. */
  readonly masked?: Uint8Array;
}

/** Rows of the map [first, end) that the neighbourhoods of a run of pixels reach into. */
export function rowsAround(reach: number, { width, height, start, end }: Run): readonly [first: number, end: number] {
  return [Math.max(0, Math.floor(start / width) - reach), Math.min(height, Math.ceil(end / width) + reach)];
}

/** Sums over the neighbourhood of each pixel of a run. */
export interface NeighbourhoodSums {
  /** Σ w·x: pixels × channels. */
  readonly values: Float64Array;
  /** Σ w and Σ w². */
  readonly weights: Float64Array;
  readonly squares: Float64Array;
}

/**
 * Weighted sums of the rows around each pixel of a run: along rows of the map first, then along columns. What is masked, or
 * lies outside of the map, counts in none of the sums. Each pixel's sums are added up in the order of the map, so that they
 * are the same bits for any run.
 * @param read puts the row of a pixel of the map into an array of `channels`; it is called once for each pixel around.
 */
export function neighbourhoodSums(
  neighbourhood: Neighbourhood,
  run: Run,
  channels: number,
  read: (pixel: number, row: Float64Array) => void,
): NeighbourhoodSums {
  const { width, start, end, masked } = run;
  const count = end - start;
  const values = new Float64Array(count * channels);
  const weights = new Float64Array(count);
  const squares = new Float64Array(count);
  const [first, last] = rowsAround(reachOf(neighbourhood).y, run);
  const sums = neighbourhood.terms.map(() => ({
    values: new Float64Array(width * channels),
    weights: new Float64Array(width),
    squares: new Float64Array(width),
  }));
  const row = new Float64Array(channels);
  for (let v = first; v < last; v++) {
    for (const each of sums) {
      each.values.fill(0);
      each.weights.fill(0);
      each.squares.fill(0);
    }
    for (let x = 0; x < width; x++) {
      if (masked?.[v * width + x]) continue;
      read(v * width + x, row);
      neighbourhood.terms.forEach(({ along }, t) => {
        const { values: toValues, weights: toWeights, squares: toSquares } = sums[t];
        const reach = along.length - 1;
        for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++) {
          const w = along[Math.abs(u - x)];
          addRow(w, row, 0, toValues, u * channels, channels);
          toWeights[u] += w;
          toSquares[u] += w * w;
        }
      });
    }
    neighbourhood.terms.forEach(({ down }, t) => {
      const { values: ofValues, weights: ofWeights, squares: ofSquares } = sums[t];
      const reach = down.length - 1;
      const [from, to] = [
        Math.max(Math.floor(start / width), v - reach),
        Math.min(Math.ceil(end / width) - 1, v + reach),
      ];
      for (let y = from; y <= to; y++) {
        const w = down[Math.abs(y - v)];
        if (w === 0) continue;
        const [a, b] = [Math.max(start, y * width), Math.min(end, (y + 1) * width)];
        addRow(w, ofValues, (a - y * width) * channels, values, (a - start) * channels, (b - a) * channels);
        for (let i = a; i < b; i++) {
          weights[i - start] += w * ofWeights[i - y * width];
          squares[i - start] += w * w * ofSquares[i - y * width];
        }
      }
    });
  }
  return { values, weights, squares };
}

function addRow(w: number, from: Float64Array, at: number, to: Float64Array, put: number, count: number): void {
  for (let k = 0; k < count; k++) to[put + k] += w * from[at + k];
}

/** Pixels that the mean around each pixel of a map is worth, n = (Σw)²/Σw²: its variance is that of a pixel over n. 0 where masked. */
export function neighbourhoodWorth(
  neighbourhood: Neighbourhood,
  map: Pick<Run, 'width' | 'height' | 'masked'>,
): Float64Array {
  const run = { ...map, start: 0, end: map.width * map.height };
  const { weights, squares } = neighbourhoodSums(neighbourhood, run, 0, () => {});
  return weights.map((w, i) => (map.masked?.[i] || !(squares[i] > 0) ? 0 : (w * w) / squares[i]));
}

/** Share of every pixel of a map in the mean around one; all 0 where that one is masked. */
export function neighbourhoodShares(
  { terms }: Neighbourhood,
  { width, height, masked }: Pick<Run, 'width' | 'height' | 'masked'>,
  pixel: number,
): Float64Array {
  const shares = new Float64Array(width * height);
  if (masked?.[pixel]) return shares;
  const [y, x] = [Math.floor(pixel / width), pixel % width];
  let sum = 0;
  for (let i = 0; i < shares.length; i++) {
    if (masked?.[i]) continue;
    const [dy, dx] = [Math.abs(Math.floor(i / width) - y), Math.abs((i % width) - x)];
    for (const { down, along } of terms) {
      if (dy < down.length && dx < along.length) shares[i] += down[dy] * along[dx];
    }
    sum += shares[i];
  }
  return shares.map((w) => w / sum);
}
