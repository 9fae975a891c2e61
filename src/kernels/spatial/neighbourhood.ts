import { portableExp } from '../portable-math.ts';

/**
 * Weights of the pixels around one: that of the pixel dy rows and dx columns away is Σ_t down_t[|dy|]·along_t[|dx|]. Terms do
 * not overlap: for each pixel at most one of the products is not 0. Plain data, so that it can cross a worker boundary.
 */
export interface Neighbourhood {
  readonly terms: readonly { readonly down: Float64Array; readonly along: Float64Array }[];
}

/** A length along the columns of a map (y) and along its rows (x), in pixels. */
export interface PixelLengths {
  readonly y: number;
  readonly x: number;
}

/** A Gaussian ends so many σ away: what is beyond is 0.3 % of it along a row. */
const REACH = 3;

const gaussian = (sigma: number) =>
  Float64Array.from({ length: Math.ceil(REACH * sigma) + 1 }, (_, d) =>
    sigma > 0 ? portableExp((-d * d) / (2 * sigma * sigma)) : 1,
  );

/** exp(−dy²/2σ_y² − dx²/2σ_x²), up to 3σ along either axis; σ = 0: this row, or column, alone. */
export function gaussianNeighbourhood(sigma: PixelLengths): Neighbourhood {
  return { terms: [{ down: gaussian(sigma.y), along: gaussian(sigma.x) }] };
}

/** For radii such as 4 nm on pixels of 0.1 nm. */
const ROUNDING = 1e-9;
const equal = (radius: number) => new Float64Array(Math.floor(radius + ROUNDING) + 1).fill(1);

/** Equal weights for |dy| ≤ radius.y and |dx| ≤ radius.x. */
export function boxNeighbourhood(radius: PixelLengths): Neighbourhood {
  return { terms: [{ down: equal(radius.y), along: equal(radius.x) }] };
}

/** Equal weights for (dy/radius.y)² + (dx/radius.x)² ≤ 1: one term for each width of a row of the disc. */
export function discNeighbourhood(radius: PixelLengths): Neighbourhood {
  const rows = equal(radius.y).length;
  const halves = Array.from({ length: rows }, (_, dy) => {
    const share = radius.y > 0 ? Math.min(1, dy / radius.y) : 0;
    return equal(radius.x * Math.sqrt(1 - share * share)).length;
  });
  const terms = [...new Set(halves)].map((half) => ({
    down: Float64Array.from(halves, (each) => (each === half ? 1 : 0)),
    along: new Float64Array(half).fill(1),
  }));
  return { terms };
}

/** How many pixels away the last weight is, along columns and along rows. */
export function reachOf({ terms }: Neighbourhood): PixelLengths {
  return {
    y: Math.max(...terms.map(({ down }) => down.length)) - 1,
    x: Math.max(...terms.map(({ along }) => along.length)) - 1,
  };
}

/** Sum over both sides of the weights at distance 0, 1, 2, … */
const overBothSides = (half: Float64Array) => half.reduce((sum, w, d) => sum + (d === 0 ? w : 2 * w), 0);

/**
 * Pixels that a neighbourhood is worth along each axis, 1/Σm² of its profile m (weights summed over the other axis, Σm = 1):
 * 2r + 1 of a box, 2√π·σ of a Gaussian. A layer that wide keeps at least 0.85 of its excess at its
 * middle, of a single Gaussian 0.92; a square that wide 0.75.
 */
export function equivalentWidth({ terms }: Neighbourhood): PixelLengths {
  const profile = (weights: readonly (readonly [mine: Float64Array, other: Float64Array])[]) => {
    const half = new Float64Array(Math.max(...weights.map(([mine]) => mine.length)));
    for (const [mine, other] of weights) {
      const across = overBothSides(other);
      for (let d = 0; d < mine.length; d++) half[d] += mine[d] * across;
    }
    const sum = overBothSides(half);
    return (sum * sum) / overBothSides(half.map((m) => m * m));
  };
  return {
    y: profile(terms.map(({ down, along }) => [down, along])),
    x: profile(terms.map(({ down, along }) => [along, down])),
  };
}
