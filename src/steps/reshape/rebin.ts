import { z } from 'zod';
import { defineMap } from '../../shapes/shape.ts';
import { rebinAxis } from '../../signal/axis.ts';
import { type Block, type DenseBlock, type EventsBlock, type FactorsBlock, readRow } from '../../signal/block.ts';
import { type Dtype, dtypeOf, isInteger, type NumberArray } from '../../signal/dtype.ts';
import { inputError } from '../../signal/errors.ts';
import { combinedIntensity } from '../../signal/intensity.ts';
import { type Lend, valuesIn } from '../../signal/lent-memory.ts';
import { sumNoise } from '../../signal/noise.ts';
import { mapShape, pixelCount, type Signal, withSignal } from '../../signal/signal.ts';
import { sourceKind } from '../../signal/source.ts';
import type { SignalState } from '../state.ts';
import { defineStep } from '../step.ts';

const factor = z.number().int().min(1).max(65536).default(1);
const params = z.strictObject({
  spectral: factor.describe('channels summed into one'),
  y: factor.describe('rows summed into one'),
  x: factor.describe('columns summed into one'),
});
type Params = z.infer<typeof params>;

interface Args {
  readonly spectral: number;
  readonly y: number;
  readonly x: number;
  readonly parentWidth: number;
  /** Columns of the result. */
  readonly width: number;
}

/** Runs of result pixels within one row: the order in which the gathered rows arrive. */
function segments({ width }: Args, start: number, end: number): { row: number; from: number; to: number }[] {
  const list: { row: number; from: number; to: number }[] = [];
  for (let row = Math.floor(start / width); row * width < end; row++) {
    list.push({ row, from: Math.max(start - row * width, 0), to: Math.min(end - row * width, width) });
  }
  return list;
}

const bins = defineMap<Args>({
  gather: (args, start, end) =>
    segments(args, start, end).flatMap(({ row, from, to }) =>
      Array.from({ length: args.y }, (_, dy): [number, number] => {
        const base = (row * args.y + dy) * args.parentWidth;
        return [base + from * args.x, base + to * args.x];
      }),
    ),
  apply: (args, [block], start, end, lend) => binBlock(args, block, start, end, lend),
  example: ({ channels, pixels, width }) => {
    const height = pixels / width;
    const by = { spectral: Math.min(2, channels), y: Math.min(2, height), x: Math.min(3, width) };
    const columns = Math.floor(width / by.x);
    return {
      args: { ...by, parentWidth: width, width: columns },
      kinds: ['events'],
      pixels: columns * Math.floor(height / by.y),
    };
  },
});

export default defineStep<Params>({
  id: 'rebin',
  version: 1,
  title: 'Rebin',
  summary:
    'Sums neighbouring channels, rows and columns. Poisson counts stay Poisson counts. Incomplete groups at the end are dropped.',
  params,
  inputs: {
    in: {
      product: 'signal',
      doc: 'any signal',
      needs: ({ x, y }: Params) => (x * y > 1 ? { shift: 'refuses' } : {}),
    },
  },
  output: 'signal',
  cite: [],
  shapes: { bins },
  effect: ({ in: state }, p) => rebinState(state as SignalState, p),
  cost: () => ({ passes: 0, keeps: 0, works: 0, lane: 0 }),
  async run(context, inputs, p) {
    const signal = inputs.in as Signal;
    const state = rebinState(signal as unknown as SignalState, p);
    const args: Args = {
      ...p,
      parentWidth: mapShape(signal.navigation).width,
      width: mapShape(state.navigation).width,
    };
    const kind = sourceKind(signal.source) === 'events' ? 'events' : 'dense';
    return withSignal(signal, {
      ...state,
      source: {
        type: 'mapped',
        map: context.shapeId('bins'),
        args,
        parents: [signal.source],
        pixels: pixelCount(state),
        channels: state.spectral.size,
        kind,
      },
      history: [...signal.history, { step: 'rebin', version: 1, params: p }],
    });
  },
});

function rebinState(state: SignalState, p: Params): SignalState {
  const { height, width } = mapShape(state.navigation);
  for (const [name, by, size] of [
    ['spectral', p.spectral, state.spectral.size],
    ['y', p.y, height],
    ['x', p.x, width],
  ] as const) {
    if (by > size) {
      throw inputError({
        code: 'too-coarse',
        what: `${name}: ${by} cannot group an axis of ${size}`,
        expected: `at most ${size}`,
      });
    }
  }
  if (p.y > 1 && state.navigation.length > 2) {
    throw inputError({
      code: 'too-many-axes',
      what: `"y" is ambiguous with ${state.navigation.length} navigation axes`,
      expected: 'at most two navigation axes (y, x)',
    });
  }
  const navigation = state.navigation.map((axis, i) => {
    const last = i === state.navigation.length - 1;
    return last ? rebinAxis(axis, p.x) : state.navigation.length === 2 ? rebinAxis(axis, p.y) : axis;
  });
  const across = p.x * p.y;
  const spectral = rebinAxis(state.spectral, p.spectral);
  const next = mapShape(navigation);
  return {
    ...state,
    navigation,
    spectral,
    intensity: combinedIntensity(state.intensity),
    storage: state.storage === 'events' ? 'events' : 'dense',
    noise: regroupGain(state, p, next, spectral.size),
    mask: {
      pixels: state.mask.pixels && groupMask(state.mask.pixels, width, p, next),
      channels:
        state.mask.channels &&
        groupMask(
          state.mask.channels,
          state.spectral.size,
          { x: p.spectral, y: 1 },
          { width: spectral.size, height: 1 },
        ),
    },
    entriesPerPixel: Math.min(state.entriesPerPixel * across, spectral.size),
  };
}

/** A gain that is the same for all members of a group survives; one that varies inside a group ends the Poisson law. */
function regroupGain(state: SignalState, p: Params, next: { width: number; height: number }, channels: number) {
  const { noise } = state;
  const summed = sumNoise(sumNoise(noise, p.spectral, 'channels'), p.x * p.y, 'pixels');
  if (summed.tag !== 'poisson' || summed.gain.per === 'cube') return summed;
  const { per, values } = summed.gain;
  if (per === 'channel') return { ...summed, gain: { per, values: values.slice(0, channels) } };
  const width = mapShape(state.navigation).width;
  const kept = Float64Array.from(
    { length: next.width * next.height },
    (_, i) => values[Math.floor(i / next.width) * width + (i % next.width)],
  );
  return { ...summed, gain: { per, values: kept } };
}

/** A group is invalid when any member is; it keeps the first reason met. */
function groupMask(
  codes: Uint8Array,
  width: number,
  by: { x: number; y: number },
  next: { width: number; height: number },
): Uint8Array {
  const out = new Uint8Array(next.width * next.height);
  for (let i = 0; i < out.length; i++) {
    const [row, column] = [Math.floor(i / next.width), i % next.width];
    for (let dy = 0; dy < by.y && !out[i]; dy++) {
      for (let dx = 0; dx < by.x && !out[i]; dx++) out[i] = codes[(row * by.y + dy) * width + column * by.x + dx];
    }
  }
  return out;
}

/** Calls `each` with the place of every result pixel and the gathered rows that it sums. */
function eachGroup(args: Args, start: number, end: number, each: (pixel: number, rows: Int32Array) => void): void {
  const rows = new Int32Array(args.x * args.y);
  let gathered = 0;
  let pixel = 0;
  for (const { from, to } of segments(args, start, end)) {
    const columns = to - from;
    for (let column = 0; column < columns; column++) {
      let at = 0;
      for (let dy = 0; dy < args.y; dy++) {
        const first = gathered + (dy * columns + column) * args.x;
        for (let dx = 0; dx < args.x; dx++) rows[at++] = first + dx;
      }
      each(pixel++, rows);
    }
    gathered += columns * args.x * args.y;
  }
}

function binBlock(args: Args, block: Block, start: number, end: number, lend?: Lend): Block {
  return block.kind === 'events' ? binEvents(args, block, start, end) : binDense(args, block, start, end, lend);
}

function binEvents(args: Args, block: EventsBlock, start: number, end: number): EventsBlock {
  const { spectral } = args;
  const channels = Math.floor(block.channels / spectral);
  const used = channels * spectral;
  const entries = block.offsets[block.pixels] - block.offsets[0];
  const offsets = new Uint32Array(end - start + 1);
  const channel = channels <= 65536 ? new Uint16Array(entries) : new Uint32Array(entries);
  const count = new Uint32Array(entries);
  const sums = new Float64Array(channels);
  let at = 0;
  eachGroup(args, start, end, (pixel, rows) => {
    const first = at;
    for (const row of rows) {
      for (let e = block.offsets[row]; e < block.offsets[row + 1]; e++) {
        if (block.channel[e] >= used) continue;
        const j = Math.floor(block.channel[e] / spectral);
        if (sums[j] === 0) channel[at++] = j;
        sums[j] += block.count[e];
      }
    }
    if (rows.length > 1) channel.subarray(first, at).sort();
    for (let e = first; e < at; e++) {
      count[e] = sums[channel[e]];
      sums[channel[e]] = 0;
    }
    offsets[pixel + 1] = at;
  });
  return {
    kind: 'events',
    pixels: end - start,
    channels,
    offsets,
    channel: channel.subarray(0, at),
    count: count.subarray(0, at),
  };
}

function binDense(args: Args, block: DenseBlock | FactorsBlock, start: number, end: number, lend?: Lend): DenseBlock {
  const channels = Math.floor(block.channels / args.spectral);
  const pixels = end - start;
  const values = valuesIn(block.kind === 'dense' ? sumsType(block.values) : 'float64', pixels * channels, lend);
  const sums = new Float64Array(channels);
  const row = new Float64Array(block.channels);
  eachGroup(args, start, end, (pixel, rows) => {
    sums.fill(0);
    for (const parent of rows) {
      readRow(block, parent, row);
      for (let j = 0; j < channels * args.spectral; j++) sums[Math.floor(j / args.spectral)] += row[j];
    }
    values.set(sums, pixel * channels);
  });
  return { kind: 'dense', pixels, channels, values };
}

/** Type of sums of such values. */
function sumsType(values: NumberArray): Dtype {
  const dtype = dtypeOf(values);
  if (!isInteger(dtype)) return 'float64';
  return dtype.startsWith('int') ? 'int32' : 'uint32';
}
