import type { HalfBandRows, MapPart } from './half-bands.ts';
import { machine } from './wasm/machine.ts';

/** What the differences of a map and its model are measured by. */
export interface ResidualLaw {
  /** Least a column is taken to expect. */
  readonly least: number;
  /** Variance of the model: of pixel i of the map in column b, pixels[i] · columns[b]. */
  readonly pixels: Float64Array;
  readonly columns: Float64Array;
  /** So many σ of the model are added to what is expected where residuals are standardised. */
  readonly sigmas: number;
}

/** Per column of two half-bands: Σ over pairs of pixels side by side or one above the other. */
export interface NeighbourSums {
  /** Σ r_i·r_j. */
  readonly products: Float64Array;
  /** Σ (r_i·r_j)². */
  readonly squares: Float64Array;
}

export const noNeighbourSums = (columns: number): NeighbourSums => ({
  products: new Float64Array(columns),
  squares: new Float64Array(columns),
});

/** Column b is half-bands 2b and 2b + 1. */
export const residualColumns = (halves: number) => Math.ceil(halves / 2);

/** Larger variances say no more, and their products stay finite in single precision. */
const MOST_VARIANCE = 1e30;

/**
 * Adds to `sums` the pairs of which pixels [start, end) are the left or the upper one, with residuals r = (observed −
 * expected)/√(max(expected, least) + sigmas·σ): over the Poisson error of all that the model may expect. Returns Σ over columns of (observed − expected)²/(max(expected, least) +
 * variance) for each of these pixels. Rows of the pixels to the right and below must be among those given.
 */
export function residualSums(rows: HalfBandRows, part: MapPart, law: ResidualLaw, sums: NeighbourSums): Float32Array {
  const { halves, stride, room } = rows;
  const { base, start, end, width, height } = part;
  const count = residualColumns(halves);
  const room4 = (floats: number) => room.place(4 * floats);
  const given = Math.min(end + width, width * height) - start;
  const mark = room.mark();
  const places = {
    bandSigmas: room4(stride / 2),
    bandVariances: room4(stride / 2),
    sigmas: room4(given),
    variances: room4(given),
    residuals: room4((given * stride) / 2),
    misfits: room4(given),
    products: room.place(4 * stride),
    squares: room.place(4 * stride),
  };
  const memory = room.buffer();
  const floats = (at: number, length: number) => new Float32Array(memory, at, length);
  const doubles = (at: number) => new Float64Array(memory, at, stride / 2).fill(0);
  const bandSigmas = floats(places.bandSigmas, stride / 2).fill(0);
  const bandVariances = floats(places.bandVariances, stride / 2).fill(0);
  for (let b = 0; b < count; b++) {
    bandVariances[b] = Math.min(law.columns[b], MOST_VARIANCE);
    bandSigmas[b] = law.sigmas * Math.sqrt(Math.min(law.columns[b], MOST_VARIANCE));
  }
  const sigmas = floats(places.sigmas, given);
  const variances = floats(places.variances, given);
  for (let i = 0; i < given; i++) {
    variances[i] = law.pixels[start + i];
    sigmas[i] = Math.sqrt(law.pixels[start + i]);
  }
  const products = doubles(places.products);
  const squares = doubles(places.squares);
  products.set(sums.products);
  squares.set(sums.squares);
  const skipped = 4 * stride * (start - base);
  const { standardise, neighbourSums } = machine();
  standardise(
    rows.observedAt + skipped,
    rows.expectedAt + skipped,
    stride,
    given,
    law.least,
    places.bandSigmas,
    places.bandVariances,
    places.sigmas,
    places.variances,
    places.residuals,
    places.misfits,
  );
  neighbourSums(places.residuals, stride, start, end, width, height, places.products, places.squares);
  sums.products.set(products.subarray(0, count));
  sums.squares.set(squares.subarray(0, count));
  const misfits = floats(places.misfits, end - start).slice();
  room.release(mark);
  return misfits;
}
