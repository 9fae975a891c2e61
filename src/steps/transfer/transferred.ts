import { applyBandedMap, applyLinearMap, type BandedMap, type LinearMap } from '../../kernels/index.ts';
import { defineMap } from '../../shapes/shape.ts';
import { type Block, readRow } from '../../signal/block.ts';
import type { Lend } from '../../signal/lent-memory.ts';
import type { CorrelatedNoise, Noise } from '../../signal/noise.ts';
import { driftExtent, UNMEASURED } from '../../signal/shift.ts';
import type { Signal } from '../../signal/signal.ts';
import type { MappedSource } from '../../signal/source.ts';
import { mappedRows } from '../mapped-rows.ts';
import { roomForRows } from '../row-by-row.ts';
import type { SignalState } from '../state.ts';

/** Rows worked on together: enough to read a map once for many, few enough for the cache. */
const ROWS_AT_ONCE = 64;

export interface LinearArgs {
  readonly map: LinearMap;
}

export interface BandedArgs {
  readonly map: BandedMap;
}

type Apply = (values: Float64Array, rows: number, out: Float64Array) => void;

/** Rows that lie ready are taken as they are; others are read group by group. */
function mapped(block: Block, from: number, to: number, lend: Lend | undefined, apply: Apply): Block {
  const { pixels } = block;
  const values = roomForRows(pixels, to, lend);
  if (block.kind === 'dense' && block.values instanceof Float64Array) apply(block.values, pixels, values);
  else {
    const group = new Float64Array(Math.min(pixels, ROWS_AT_ONCE) * from);
    for (let first = 0; first < pixels; first += ROWS_AT_ONCE) {
      const rows = Math.min(ROWS_AT_ONCE, pixels - first);
      for (let i = 0; i < rows; i++) readRow(block, first + i, group.subarray(i * from, (i + 1) * from));
      apply(group, rows, values.subarray(first * to, (first + rows) * to));
    }
  }
  return { kind: 'dense', pixels, channels: to, values };
}

const wave = (length: number, seed: number) =>
  Float64Array.from({ length }, (_, i) => ((i * 7 + seed) % 11) / 11 - 0.4);

/** A map of whole spectra, of a step that learned one. */
export const linear = defineMap<LinearArgs>({
  apply: ({ map }, [block], _start, _end, lend) =>
    mapped(block, map.from, map.to, lend, (values, rows, out) => applyLinearMap(map, values, rows, out)),
  example: ({ channels: n }) => ({
    args: {
      map: { from: n, to: n, rank: 2, keep: 1, loadings: wave(2 * n, 1), images: wave(2 * n, 5), offset: wave(n, 2) },
    },
    kinds: ['events'],
  }),
});

/** A map whose channels look at a window each. */
export const banded = defineMap<BandedArgs>({
  apply: ({ map }, [block], _start, _end, lend) =>
    mapped(block, map.from, map.to, lend, (values, rows, out) => applyBandedMap(map, values, rows, out)),
  example: ({ channels: n }) => {
    const first = Int32Array.from({ length: n }, (_, j) => Math.max(0, j - 1));
    const count = first.map((at, j) => Math.min(n, j + 2) - at);
    return {
      args: { map: { from: n, to: n, width: 3, first, count, weights: wave(3 * n, 1), offset: wave(n, 2) } },
      kinds: ['events'],
    };
  },
});

/** A promise of a signal's rows behind a map. */
export const mappedBy = (signal: Signal, map: string, args: LinearArgs | BandedArgs): MappedSource =>
  mappedRows(signal, map, args, { channels: args.map.to });

/** The law of spectra behind a map that was learned from standards: it is wrong for all of them alike. */
export function transferredNoise(noise: Noise, form: CorrelatedNoise['form'], why: string, rank: number): Noise {
  const across = { kind: 'global', rank } as const;
  return noise.tag === 'unknown' ? { ...noise, across } : { tag: 'correlated', form, why, across };
}

/** A spectrum of one instrument as the other would show it. */
export function onAxisOf(
  state: SignalState,
  master: Pick<SignalState, 'spectral' | 'intensity'>,
  noise: Noise,
  channels: Uint8Array | undefined,
): SignalState {
  return {
    ...state,
    spectral: master.spectral,
    intensity: master.intensity,
    mask: { pixels: state.mask.pixels, channels },
    // What bounds the drift is said in the unit of the axis that is left.
    shift: state.spectral.unit === master.spectral.unit || driftExtent(state.shift) === 0 ? state.shift : UNMEASURED,
    storage: 'dense',
    entriesPerPixel: master.spectral.size,
    noise,
  };
}
