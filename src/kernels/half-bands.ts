import type { EventsBlock } from '../signal/block.ts';
import { machine, Room } from './wasm/machine.ts';
import { columnLayout, eachRun, pack } from './wasm/rows.ts';

/** Floats a pixel takes: its half-bands, and zeros up to a multiple of 8. */
export const halfBandStride = (halves: number) => 8 * Math.ceil(halves / 8);

/** Kernels read a band's upper half one float past the last row. */
const PAST = 16;

/**
 * Observed and expected counts per pixel and half-band, row-major with `stride` floats a pixel, zeros behind the last
 * half-band. They lie in the kernels' memory: good until this thread runs a kernel on anything else.
 */
export class HalfBandRows {
  readonly pixels: number;
  readonly halves: number;
  readonly stride: number;
  readonly room = new Room();
  readonly observedAt: number;
  readonly expectedAt: number;

  /** Rows of zeros. */
  constructor(pixels: number, halves: number) {
    this.pixels = pixels;
    this.halves = halves;
    this.stride = halfBandStride(halves);
    this.observedAt = this.room.place(4 * pixels * this.stride + PAST);
    this.expectedAt = this.room.place(4 * pixels * this.stride + PAST);
    this.room.buffer();
    this.observed.fill(0);
    this.expected.fill(0);
  }

  /** Good until the memory grows: not to be kept. */
  get observed(): Float32Array {
    return new Float32Array(this.room.buffer(), this.observedAt, this.pixels * this.stride);
  }

  get expected(): Float32Array {
    return new Float32Array(this.room.buffer(), this.expectedAt, this.pixels * this.stride);
  }

  /** Adds sparse counts, as many rows as these; `halfBand` says where each channel belongs. */
  observeEvents(rows: EventsBlock, halfBand: Uint16Array): void {
    const mark = this.room.mark();
    const group = this.room.place(halfBand.byteLength);
    new Uint16Array(this.room.buffer(), group, halfBand.length).set(halfBand);
    eachRun(rows, 'single', this.room, 0, (run) => {
      machine().sumHalfBands(...run.told, group, this.stride, this.observedAt + 4 * this.stride * run.first);
    });
    this.room.release(mark);
  }

  /** Expects scores · perHalfBand, for scores pixels × rank and `perHalfBand` row-major rank × stride. */
  expectProduct(scores: Float32Array, rank: number, perHalfBand: Float64Array): void {
    const mark = this.room.mark();
    const rows = { kind: 'dense' as const, pixels: this.pixels, channels: rank, values: scores };
    const layout = columnLayout('dense', this.stride, 'single');
    const at = this.room.place(4 * perHalfBand.length);
    pack(new Float32Array(this.room.buffer(), at, perHalfBand.length), perHalfBand, rank, this.stride, layout);
    eachRun(rows, 'single', this.room, 0, (run) => {
      machine().projectDense32(...run.told, at, this.stride, this.expectedAt + 4 * this.stride * run.first);
    });
    this.room.release(mark);
  }

  /** Leaves pixel `row` without counts on either side. */
  clear(row: number): void {
    this.observed.fill(0, row * this.stride, (row + 1) * this.stride);
    this.expected.fill(0, row * this.stride, (row + 1) * this.stride);
  }
}

/** Part of a map: rows of half-bands begin at pixel `base`; pixels [start, end) are looked at. */
export interface MapPart {
  readonly base: number;
  readonly start: number;
  readonly end: number;
  readonly width: number;
  readonly height: number;
}
