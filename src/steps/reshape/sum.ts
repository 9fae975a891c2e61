import { z } from 'zod';
import { defineFold, defineMap } from '../../shapes/shape.ts';
import { type Axis, axisValue, narrowed, uniformAxis } from '../../signal/axis.ts';
import { readRow } from '../../signal/block.ts';
import { combinedIntensity } from '../../signal/intensity.ts';
import { sumNoise } from '../../signal/noise.ts';
import { pixelCount, type Signal, withSignal } from '../../signal/signal.ts';
import type { SignalState } from '../state.ts';
import { defineStep } from '../step.ts';

const params = z.strictObject({
  over: z
    .enum(['navigation', 'spectral'])
    .default('navigation')
    .describe('navigation: one spectrum; spectral: one map'),
});
type Params = z.infer<typeof params>;

interface PixelMask {
  readonly skip?: Uint8Array;
}

const spectrum = defineFold<PixelMask, Float64Array>({
  init: (_args, { channels }) => new Float64Array(channels),
  add: ({ skip }, state, [block], start) => {
    if (block.kind === 'events') {
      const { offsets, channel, count, pixels } = block;
      for (let i = 0; i < pixels; i++) {
        if (skip?.[start + i]) continue;
        for (let e = offsets[i]; e < offsets[i + 1]; e++) state[channel[e]] += count[e];
      }
      return state;
    }
    const row = new Float64Array(block.channels);
    for (let i = 0; i < block.pixels; i++) {
      if (skip?.[start + i]) continue;
      readRow(block, i, row);
      for (let j = 0; j < row.length; j++) state[j] += row[j];
    }
    return state;
  },
  merge: (left, right) => {
    for (let j = 0; j < left.length; j++) left[j] += right[j];
    return left;
  },
  example: ({ pixels }) => ({ args: { skip: everyNth(pixels, 7) }, kinds: ['events'] }),
});

const totals = defineMap<{ skip?: Uint8Array }>({
  apply: ({ skip }, [block]) => {
    const values = new Float64Array(block.pixels);
    const row = new Float64Array(block.kind === 'events' ? 0 : block.channels);
    for (let i = 0; i < block.pixels; i++) {
      let sum = 0;
      if (block.kind === 'events') {
        for (let e = block.offsets[i]; e < block.offsets[i + 1]; e++)
          if (!skip?.[block.channel[e]]) sum += block.count[e];
      } else {
        readRow(block, i, row);
        for (let j = 0; j < row.length; j++) if (!skip?.[j]) sum += row[j];
      }
      values[i] = sum;
    }
    return { kind: 'dense', pixels: block.pixels, channels: 1, values };
  },
  example: ({ channels }) => ({ args: { skip: everyNth(channels, 3) }, kinds: ['events'] }),
});

function everyNth(size: number, n: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (i % n === n - 1 ? 1 : 0));
}

export default defineStep<Params>({
  id: 'sum',
  version: 1,
  title: 'Sum',
  summary: 'Sums all valid pixels into one spectrum, or all valid channels into one map. Counts stay Poisson counts.',
  params,
  inputs: { in: { product: 'signal', doc: 'any signal', needs: { shift: 'refuses' } } },
  output: 'signal',
  cite: [],
  shapes: { spectrum, totals },
  effect: ({ in: state }, p) => sumState(state as SignalState, p),
  cost: ({ in: state }, p) => ({
    passes: p.over === 'navigation' ? 1 : 0,
    keeps: 8 * (p.over === 'navigation' ? (state as SignalState).spectral.size : 0),
    works: 0,
    lane: 8 * (p.over === 'navigation' ? (state as SignalState).spectral.size : 0),
  }),
  async run(context, inputs, p) {
    const signal = inputs.in as Signal;
    const state = sumState(signal as unknown as SignalState, p);
    const history = [...signal.history, { step: 'sum', version: 1, params: p }];
    const pixels = pixelCount(signal);
    if (p.over === 'spectral') {
      return withSignal(signal, {
        ...state,
        source: {
          type: 'mapped',
          map: context.shapeId('totals'),
          args: { skip: signal.mask.channels },
          parents: [signal.source],
          pixels,
          channels: 1,
          kind: 'dense',
        },
        history,
      });
    }
    const geometry = { pixels, channels: signal.spectral.size, width: pixels };
    const values = await context.fold<Float64Array>(
      'spectrum',
      { skip: signal.mask.pixels },
      [signal.source],
      geometry,
    );
    return withSignal(signal, {
      ...state,
      source: { type: 'memory', block: { kind: 'dense', pixels: 1, channels: values.length, values } },
      history,
    });
  },
});

function sumState(state: SignalState, p: Params): SignalState {
  const valid = (codes: Uint8Array | undefined, size: number) =>
    codes ? codes.reduce((n, code) => n + (code === 0 ? 1 : 0), 0) : size;
  if (p.over === 'spectral') {
    const count = valid(state.mask.channels, state.spectral.size);
    return {
      ...state,
      spectral: wholeWindow(state.spectral),
      intensity: combinedIntensity(state.intensity),
      noise: sumNoise(state.noise, count, 'channels'),
      mask: { pixels: state.mask.pixels },
      storage: 'dense',
      entriesPerPixel: 1,
    };
  }
  return {
    ...state,
    navigation: [],
    intensity: combinedIntensity(state.intensity),
    noise: sumNoise(state.noise, valid(state.mask.pixels, pixelCount(state)), 'pixels'),
    mask: { channels: state.mask.channels },
    storage: 'dense',
    entriesPerPixel: state.spectral.size,
  };
}

/** One channel at the middle of the axis, as wide as all of it. */
function wholeWindow(axis: Axis): Axis {
  const first = axisValue(axis, 0);
  const last = axisValue(axis, axis.size - 1);
  const pitch = axis.size > 1 ? (last - first) / (axis.size - 1) : 1;
  return narrowed(
    uniformAxis({
      name: axis.name,
      unit: axis.unit,
      role: 'spectral',
      size: 1,
      scale: pitch * axis.size,
      offset: (first + last) / 2,
      calibration: axis.calibration,
    }),
  );
}
