import type { HalfBandRows, MapPart } from './half-bands.ts';
import { machine } from './wasm/machine.ts';

/** Errors of what is expected: σ of pixel i in band b is pixel factor × bands[b]. Infinite: not to be tested. */
export interface ExcessBound {
  /** Least a band is taken to expect. */
  readonly least: number;
  readonly bands: Float64Array;
  /** Factor of each pixel of the part, for its 3 × 3 neighbourhood and alone. */
  readonly pooled: Float32Array;
  readonly single: Float32Array;
}

/** A run of candidates, four numbers each: pixel, test, observed, bound. Only good during the call. */
export type UseCandidates = (count: number, whole: Uint32Array, real: Float32Array) => void;

const RECORDS = 65536;
const RECORD = 16;

/**
 * Finds the bands (half-bands b and b + 1) with counts beyond max(expected, least) + σ by at least two σ of Poisson noise,
 * in every pixel, pooled over its 3 × 3 neighbours (test b) and alone (test bands + b). Candidates of a pixel come together,
 * tests ascending. Neighbours must be among the rows given.
 */
export function findExcesses(rows: HalfBandRows, part: MapPart, bound: ExcessBound, use: UseCandidates): void {
  const { halves, stride, room, observedAt, expectedAt } = rows;
  const { base, start, end, width, height } = part;
  if (end <= start) return;
  const bands = Math.max(1, halves - 1);
  const first = Math.max(0, start - 1);
  const last = Math.min(width * height - 1, end);
  const capacity = Math.max(RECORDS, 4 * bands);
  const mark = room.mark();
  const places = {
    observedSums: room.place(4 * stride * (last - first + 1)),
    expectedSums: room.place(4 * stride * (last - first + 1)),
    sigmas: room.place(4 * stride),
    pooled: room.place(4 * (end - start)),
    single: room.place(4 * (end - start)),
    work: room.place(2 * (4 * stride + RECORD) + RECORD),
    out: room.place(RECORD * capacity),
  };
  const memory = room.buffer();
  const floats = (at: number, length: number) => new Float32Array(memory, at, length);
  const sigmas = floats(places.sigmas, stride).fill(Number.POSITIVE_INFINITY);
  for (let b = 0; b < bands; b++) sigmas[b] = bound.bands[b];
  floats(places.pooled, end - start).set(bound.pooled);
  floats(places.single, end - start).set(bound.single);
  const { observedSums, expectedSums } = places;
  const { sumColumns, excesses, nextPixel } = machine();
  sumColumns(observedAt, expectedAt, stride, base, first, last, width, height, observedSums, expectedSums);
  const whole = new Uint32Array(memory, places.out, 4 * capacity);
  const real = floats(places.out, 4 * capacity);
  for (let from = start; from < end; from = nextPixel()) {
    const found = excesses(
      observedAt,
      expectedAt,
      observedSums,
      expectedSums,
      stride,
      bands,
      base,
      first,
      start,
      from,
      end,
      width,
      bound.least,
      places.sigmas,
      places.pooled,
      places.single,
      places.work,
      places.out,
      capacity,
    );
    use(found, whole, real);
  }
  room.release(mark);
}
