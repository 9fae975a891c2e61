import { bridgeMasked, judgeWarp, shuffledReferences, WARP, warpRow } from '../../kernels/index.ts';
import { defineFold, defineMap, type FoldShape, type MapShape } from '../../shapes/shape.ts';
import { type Block, readRow } from '../../signal/block.ts';
import type { Lend } from '../../signal/lent-memory.ts';
import { roomForRows } from '../row-by-row.ts';
import type { SignalState } from '../state.ts';
import type { WarpParams } from './warp-params.ts';
import type { WarpDefinition, WarpSetting } from './warp-setting.ts';

export interface FindArgs<O> {
  readonly setting: WarpSetting<O>;
  /** The reference, and what is left of it when its pieces are shuffled. */
  readonly references: readonly Float64Array[];
  readonly pixelMask?: Uint8Array;
}

/** Spectra by what became of them. */
export interface Tally {
  taken: number;
  chance: number;
  area: number;
}

export interface Found {
  readonly nodes: Float32Array;
  readonly verdict: Uint8Array;
}

export interface MoveArgs<O> extends Found {
  readonly setting: WarpSetting<O>;
}

/** A row without its pedestal, with straight lines over what is masked. */
function prepare(block: Block, i: number, { pedestal, masked }: WarpSetting<unknown>, row: Float64Array): void {
  readRow(block, i, row);
  if (pedestal !== 0) for (let j = 0; j < row.length; j++) row[j] -= pedestal;
  if (masked) bridgeMasked(row, masked);
}

/** How far the channels of every spectrum are to be moved, and whether that is believed. */
export function foundWarps<P extends WarpParams, O>(
  definition: WarpDefinition<P, O>,
): FoldShape<FindArgs<O>, Tally, Found> {
  const { warper } = definition;
  return defineFold<FindArgs<O>, Tally, Found>({
    init: () => ({ taken: 0, chance: 0, area: 0 }),
    perPixel: ({ setting, references }) => ({
      nodes: { type: 'float32', width: warper(references.slice(0, 1), setting.options).nodes },
      verdict: { type: 'uint8', width: 1 },
    }),
    add: ({ setting, references, pixelMask }, tally, [block], start, _end, rows) => {
      const { channels, conserved, areaTolerance, maskedAfter } = setting;
      const own = warper(references, setting.options);
      const row = new Float64Array(channels);
      const nodes = new Float64Array(own.nodes);
      const room = {
        from: new Float64Array(channels),
        warped: new Float64Array(channels),
        trial: new Float64Array(own.nodes),
      };
      const judging = { conserved, areaTolerance, masked: maskedAfter };
      for (let i = 0; i < block.pixels; i++) {
        if (pixelMask?.[start + i]) continue;
        prepare(block, i, setting, row);
        const verdict = judgeWarp(row, own, references, judging, nodes, room);
        rows.verdict[i] = verdict;
        if (verdict === WARP.taken) rows.nodes.set(nodes, i * own.nodes);
        tally[verdict === WARP.taken ? 'taken' : verdict === WARP.area ? 'area' : 'chance']++;
      }
      return tally;
    },
    merge: (left, right) => {
      left.taken += right.taken;
      left.chance += right.chance;
      left.area += right.area;
      return left;
    },
    example: ({ channels, pixels }) => {
      const setting = exampleSetting(definition, channels);
      const reference = Float64Array.from({ length: setting.channels }, (_, j) => 10 + ((j * 7) % 5));
      return {
        args: {
          setting,
          references: [reference, ...shuffledReferences(reference, 4, 1, 1)],
          pixelMask: Uint8Array.from({ length: pixels }, (_, i) => (i % 7 === 6 ? 1 : 0)),
        },
        kinds: ['events'],
        channels: [setting.channels],
      };
    },
  });
}

/** The spectra with their channels moved; as they are where the warp was not believed. */
export function movedSpectra<P extends WarpParams, O>(definition: WarpDefinition<P, O>): MapShape<MoveArgs<O>> {
  const { warper } = definition;
  return defineMap<MoveArgs<O>>({
    apply: (args, [block], start, _end, lend) => moveRows(definition, args, block, start, lend),
    example: ({ channels, pixels }) => {
      const setting = exampleSetting(definition, channels);
      const own = warper([new Float64Array(setting.channels)], setting.options);
      const still = new Float64Array(own.nodes);
      own.find(new Float64Array(setting.channels), 0, still);
      return {
        args: {
          setting,
          nodes: Float32Array.from(
            { length: pixels * own.nodes },
            (_, at) => still[at % own.nodes] + ((at % 3) - 1) / 4,
          ),
          verdict: Uint8Array.from({ length: pixels }, (_, i) => (i % 5 === 4 ? WARP.chance : WARP.taken)),
        },
        kinds: ['events'],
        channels: [setting.channels],
      };
    },
  });
}

function moveRows<P extends WarpParams, O>(
  { warper, torn }: WarpDefinition<P, O>,
  { setting, nodes, verdict }: MoveArgs<O>,
  block: Block,
  start: number,
  lend?: Lend,
): Block {
  const { channels, conserved, width, pedestal } = setting;
  const { pixels } = block;
  const own = warper([new Float64Array(channels)], setting.options);
  const values = roomForRows(pixels, channels, lend);
  const row = new Float64Array(channels);
  const from = new Float64Array(channels);
  const these = new Float64Array(own.nodes);
  const edges = torn?.(setting.options, channels) ?? [];
  for (let i = 0; i < pixels; i++) {
    const out = values.subarray(i * channels, (i + 1) * channels);
    if (verdict[start + i] !== WARP.taken) {
      readRow(block, i, out);
      if (pedestal !== 0) for (let j = 0; j < channels; j++) out[j] -= pedestal;
    } else {
      for (let k = 0; k < own.nodes; k++) these[k] = nodes[(start + i) * own.nodes + k];
      own.places(these, from);
      if (setting.whole) readRow(block, i, row);
      else prepare(block, i, setting, row);
      if (width) for (let j = 0; j < channels; j++) row[j] *= width[j];
      warpRow(row, from, conserved, out);
      if (width) for (let j = 0; j < channels; j++) out[j] /= width[j];
    }
    for (const [first, end] of edges) out.fill(0, first, end);
  }
  return { kind: 'dense', pixels, channels, values };
}

/** On as many channels as the example asks for at least. */
function exampleSetting<P extends WarpParams, O>(
  { inChannels, whole, example }: WarpDefinition<P, O>,
  channels: number,
): WarpSetting<O> {
  const size = Math.max(channels, 16);
  const spectral = { kind: 'uniform', name: '', unit: '', role: 'spectral', size, scale: 1, offset: 0 } as const;
  const { options, limit } = inChannels({ spectral } as SignalState, example);
  return {
    options,
    limit,
    channels: size,
    conserved: whole ? 'height' : 'area',
    whole,
    pedestal: 0,
    areaTolerance: 0.01,
  };
}
