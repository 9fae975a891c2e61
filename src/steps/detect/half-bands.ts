import { HalfBandRows } from '../../kernels/index.ts';
import type { Block } from '../../signal/block.ts';
import { type Factor, gainAt } from '../../signal/noise.ts';

/** What raw and model rows become before they are compared. */
export interface HalfBandArgs {
  /** Half-band of every channel, and how many there are. */
  readonly halfBand: Uint16Array;
  readonly halves: number;
  readonly gain: Factor;
  /** Non-zero: nothing is counted or expected. */
  readonly skip?: Uint8Array;
}

/** Sums raw counts and model over half-bands; row 0 is pixel `start` of the map. */
export function sumHalfBands(raw: Block, model: Block, args: HalfBandArgs, start: number): HalfBandRows {
  const { halfBand, halves, gain, skip } = args;
  const { pixels, channels } = raw;
  const rows = new HalfBandRows(pixels, halves);
  expectModel(rows, model, halfBand);
  if (raw.kind === 'events') rows.observeEvents(raw, halfBand);
  else if (raw.kind === 'dense') {
    const { observed, stride } = rows;
    for (let i = 0, at = 0; i < pixels; i++) {
      for (let j = 0; j < channels; j++, at++) {
        observed[i * stride + halfBand[j]] += raw.values[at] / gainAt(gain, start + i, j);
      }
    }
  }
  if (skip) for (let i = 0; i < pixels; i++) if (skip[start + i]) rows.clear(i);
  return rows;
}

/** Model counts per half-band, `halfBandStride` numbers a pixel. */
export function modelHalfBands(model: Block, halfBand: Uint16Array, halves: number): Float32Array {
  const rows = new HalfBandRows(model.pixels, halves);
  expectModel(rows, model, halfBand);
  return rows.expected.slice();
}

/** For factors without ever forming a spectrum per pixel. */
function expectModel(rows: HalfBandRows, model: Block, halfBand: Uint16Array): void {
  const { pixels, channels } = model;
  const { stride } = rows;
  if (model.kind === 'factors') {
    const { rank, scores, loadings } = model;
    const summed = new Float64Array(rank * stride);
    for (let j = 0; j < channels; j++) {
      for (let k = 0; k < rank; k++) summed[k * stride + halfBand[j]] += loadings[j * rank + k];
    }
    rows.expectProduct(scores, rank, summed);
    return;
  }
  const { expected } = rows;
  for (let i = 0, at = 0; i < pixels; i++) {
    if (model.kind === 'events') {
      for (let e = model.offsets[i]; e < model.offsets[i + 1]; e++) {
        expected[i * stride + halfBand[model.channel[e]]] += model.count[e];
      }
    } else for (let j = 0; j < channels; j++, at++) expected[i * stride + halfBand[j]] += model.values[at];
  }
}
