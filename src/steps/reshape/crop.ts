import { z } from 'zod';
import { defineMap } from '../../shapes/shape.ts';
import { type Axis, sliceAxis } from '../../signal/axis.ts';
import { type Block, type EventsBlock, sliceBlock } from '../../signal/block.ts';
import type { NumberArray } from '../../signal/dtype.ts';
import { inputError } from '../../signal/errors.ts';
import { selectNoise } from '../../signal/noise.ts';
import { selectShift } from '../../signal/shift.ts';
import { mapShape, type Signal, withSignal } from '../../signal/signal.ts';
import { sourceKind } from '../../signal/source.ts';
import type { SignalState } from '../state.ts';
import { defineStep } from '../step.ts';
import { windowChannels } from './channels.ts';

const range = z.tuple([z.number().int().nonnegative(), z.number().int().positive()]);
const edge = z.union([z.number(), z.string()]);

const params = z.strictObject({
  spectral: z.tuple([edge, edge]).optional().describe('energy window to keep, for example ["0.2 keV", "10 keV"]'),
  y: range.optional().describe('rows [from, to) to keep'),
  x: range.optional().describe('columns [from, to) to keep'),
});
type Params = z.infer<typeof params>;

interface Args {
  readonly first: number;
  readonly end: number;
  /** Columns of the parent, and the kept rectangle in it. */
  readonly parentWidth: number;
  readonly top: number;
  readonly left: number;
  readonly width: number;
}

const window = defineMap<Args>({
  gather: ({ parentWidth, top, left, width }, start, end) => {
    if (width === parentWidth && left === 0) return [[start + top * width, end + top * width]];
    const ranges: [number, number][] = [];
    for (let row = Math.floor(start / width); row * width < end; row++) {
      const from = Math.max(start - row * width, 0);
      const to = Math.min(end - row * width, width);
      const base = (row + top) * parentWidth + left;
      ranges.push([base + from, base + to]);
    }
    return ranges;
  },
  apply: ({ first, end }, [block]) => cropChannels(block, first, end),
  example: ({ channels, pixels, width }) => {
    const height = pixels / width;
    const [left, top, first] = [width, height, channels].map((size) => (size > 2 ? 1 : 0));
    const kept = { width: width - 2 * left, height: height - 2 * top };
    return {
      args: { first, end: channels, parentWidth: width, top, left, width: kept.width },
      kinds: ['events'],
      pixels: kept.width * kept.height,
    };
  },
});

export default defineStep<Params>({
  id: 'crop',
  version: 1,
  title: 'Crop',
  summary: 'Keeps a rectangle of the map and a window of the spectral axis. Counts stay counts.',
  params,
  inputs: { in: { product: 'signal', doc: 'any signal' } },
  output: 'signal',
  cite: [],
  shapes: { window },
  effect: ({ in: state }, p) => cropState(state as SignalState, p).state,
  cost: () => ({ passes: 0, keeps: 0, works: 0, lane: 0 }),
  async run(context, inputs, p) {
    const signal = inputs.in as Signal;
    const { state, args } = cropState(signal as unknown as SignalState, p);
    return withSignal(signal, {
      ...state,
      source: {
        type: 'mapped',
        map: context.shapeId('window'),
        args,
        parents: [signal.source],
        pixels: state.navigation.reduce((n, axis) => n * axis.size, 1),
        channels: state.spectral.size,
        kind: sourceKind(signal.source),
      },
      history: [...signal.history, { step: 'crop', version: 1, params: p as never }],
    });
  },
});

function cropState(state: SignalState, p: Params) {
  const { height, width } = mapShape(state.navigation);
  const [first, end] = p.spectral ? windowChannels(state.spectral, p.spectral) : [0, state.spectral.size];
  const [top, bottom] = checkRange('y', p.y, height);
  const [left, right] = checkRange('x', p.x, width);
  const navigation = cropNavigation(state.navigation, [top, bottom], [left, right], p);
  const whole = bottom - top === height && right - left === width;
  const inMap = whole ? state : cropPerPixel(state, keptPixels([top, bottom], [left, right], width));
  const { noise, mask, shift } = inMap;
  const channels = Uint32Array.from({ length: end - first }, (_, i) => first + i);
  const next: SignalState = {
    ...state,
    navigation,
    spectral: sliceAxis(state.spectral, first, end),
    noise: selectNoise(noise, 'channel', channels),
    mask: { pixels: mask.pixels, channels: mask.channels?.slice(first, end) },
    shift,
    entriesPerPixel: (state.entriesPerPixel * (end - first)) / Math.max(1, state.spectral.size),
  };
  const args: Args = { first, end, parentWidth: width, top, left, width: right - left };
  return { state: next, args };
}

function keptPixels(rows: readonly [number, number], columns: readonly [number, number], width: number): Uint32Array {
  const across = columns[1] - columns[0];
  return Uint32Array.from(
    { length: (rows[1] - rows[0]) * across },
    (_, i) => (Math.floor(i / across) + rows[0]) * width + columns[0] + (i % across),
  );
}

/** What is known of each pixel, of those that are kept. */
function cropPerPixel({ noise, mask, shift }: SignalState, pixels: Uint32Array) {
  return {
    noise: selectNoise(noise, 'pixel', pixels),
    mask: { ...mask, pixels: mask.pixels && cropValues(mask.pixels, pixels, new Uint8Array(pixels.length)) },
    shift: selectShift(shift, pixels),
  };
}

function cropValues(values: Uint8Array, pixels: Uint32Array, out: Uint8Array): Uint8Array {
  for (let i = 0; i < out.length; i++) out[i] = values[pixels[i]];
  return out;
}

function checkRange(
  name: string,
  range: readonly [number, number] | undefined,
  size: number,
): readonly [number, number] {
  if (!range) return [0, size];
  if (range[0] >= range[1] || range[1] > size) {
    throw inputError({
      code: 'outside-map',
      what: `${name}: [${range.join(', ')}) does not lie in the map`,
      expected: `0 ≤ from < to ≤ ${size}`,
    });
  }
  return range;
}

function cropNavigation(
  axes: readonly Axis[],
  rows: readonly [number, number],
  columns: readonly [number, number],
  p: Params,
): Axis[] {
  if (axes.length > 2 && p.y) {
    throw inputError({
      code: 'too-many-axes',
      what: `"y" is ambiguous with ${axes.length} navigation axes`,
      expected: 'at most two navigation axes (y, x)',
    });
  }
  return axes.map((axis, i) => {
    if (i === axes.length - 1) return sliceAxis(axis, columns[0], columns[1]);
    return axes.length === 2 ? sliceAxis(axis, rows[0], rows[1]) : axis;
  });
}

function cropChannels(block: Block, first: number, end: number): Block {
  const channels = end - first;
  if (channels === block.channels) return block;
  if (block.kind === 'events') return cropEvents(block, first, end);
  if (block.kind === 'factors') {
    return { ...block, channels, loadings: block.loadings.subarray(first * block.rank, end * block.rank) };
  }
  const Values = block.values.constructor as new (length: number) => NumberArray;
  const values = new Values(block.pixels * channels);
  for (let i = 0; i < block.pixels; i++) {
    values.set(block.values.subarray(i * block.channels + first, i * block.channels + end), i * channels);
  }
  return { ...block, channels, values };
}

function cropEvents(view: EventsBlock, first: number, end: number): EventsBlock {
  const block = view.offsets[0] === 0 ? view : sliceBlock(view, 0, view.pixels);
  const { offsets, channel, count, pixels } = block;
  const entries = offsets[pixels];
  const keptChannel = channel.slice(0, entries);
  const keptCount = count.slice(0, entries);
  const keptOffsets = new Uint32Array(pixels + 1);
  let at = 0;
  for (let i = 0; i < pixels; i++) {
    for (let e = offsets[i]; e < offsets[i + 1]; e++) {
      if (channel[e] < first || channel[e] >= end) continue;
      keptChannel[at] = channel[e] - first;
      keptCount[at++] = count[e];
    }
    keptOffsets[i + 1] = at;
  }
  return {
    kind: 'events',
    pixels,
    channels: end - first,
    offsets: keptOffsets,
    channel: keptChannel.subarray(0, at),
    count: keptCount.subarray(0, at),
  };
}
