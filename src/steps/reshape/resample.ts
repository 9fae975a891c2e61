import { z } from 'zod';
import { type ChannelOperator, operatorReach, rebinEdges } from '../../kernels/index.ts';
import { type Axis, axisValues, explicitAxis, narrowed, uniformAxis } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import type { Intensity } from '../../signal/intensity.ts';
import { reasonCode } from '../../signal/mask.ts';
import { isScaledCounts, type Noise, sumNoise } from '../../signal/noise.ts';
import { type Signal, withSignal } from '../../signal/signal.ts';
import { parseInUnit } from '../../signal/units.ts';
import { mappedRows } from '../mapped-rows.ts';
import { operated, operatedNoise } from '../smooth/operated.ts';
import type { SignalState } from '../state.ts';
import { defineStep } from '../step.ts';

const length = z.union([z.number(), z.string()]);
const params = z.strictObject({
  spacing: length
    .optional()
    .describe('distance of the new channels, for example "0.5 eV"; default: the mean distance of the present ones'),
  first: length
    .optional()
    .describe('centre of the lowest new channel; default: the new axis begins where the present one does'),
  channels: z.number().int().min(1).max(65536).optional().describe('number of new channels; default: as many as fit'),
  edges: z
    .array(z.number())
    .optional()
    .describe('edges of the new channels, ascending, in the unit of the axis, in place of the others'),
});
type Params = z.infer<typeof params>;

export default defineStep<Params>({
  id: 'resample',
  version: 1,
  title: 'Resample',
  summary:
    'Puts values onto another axis, uniform or with given edges. Counts are conserved: each channel is divided among the new ones it overlaps; densities are averaged. Where a channel is divided, its error is shared and the counts are no longer Poisson.',
  params,
  inputs: { in: { product: 'signal', doc: 'any signal' } },
  output: 'signal',
  cite: [],
  shapes: { operated },
  effect: ({ in: state }, p) => resampled(state as SignalState, p).state,
  cost: () => ({ passes: 0, keeps: 0, works: 0, lane: 0 }),
  async run(context, inputs, p) {
    const signal = inputs.in as Signal;
    const { state, operator } = resampled(signal as unknown as SignalState, p);
    return withSignal(signal, {
      ...state,
      source: mappedRows(signal, context.shapeId('operated'), operator, { channels: operator.channels }),
      history: [...signal.history, { step: 'resample', version: 1, params: p as never }],
    });
  },
});

function resampled(state: SignalState, p: Params): { state: SignalState; operator: ChannelOperator } {
  if (state.intensity.kind === 'log' || state.intensity.kind === 'stabilised') {
    throw inputError({
      code: 'not-additive',
      what: `values in ${state.intensity.kind === 'log' ? 'logarithms' : 'stabilised counts'} cannot be divided among channels`,
      expected: 'counts, rates or densities',
      fix: 'resample first, or turn them back first',
    });
  }
  const { spectral, mask } = state;
  const positions = axisValues(spectral);
  const descending = positions.length > 1 && positions[positions.length - 1] < positions[0];
  const ascending = descending ? positions.slice().reverse() : positions;
  const from = edgesOf(ascending, spectral);
  const onto = newEdges(from, spectral.unit, p);
  const shares = rebinEdges(from, onto);
  const covered = coverage(shares, from, onto);
  const operator = turned(
    isAdditive(state.intensity) ? shares : averaged(shares, from, onto),
    positions.length,
    descending,
  );
  const codes = newMask(operator, descending ? covered.slice().reverse() : covered, mask.channels);
  return {
    operator,
    state: {
      ...state,
      spectral: newAxis(spectral, onto, descending, p),
      storage: 'dense',
      entriesPerPixel: operator.channels,
      noise: resampledNoise(state.noise, operator, positions.length),
      mask: { ...mask, channels: codes.some((code) => code !== 0) ? codes : undefined },
    },
  };
}

/** Values that add up over channels; others are densities along the axis, which average. */
const isAdditive = ({ kind }: Intensity) => kind === 'counts' || kind === 'rate';

/** Halfway between the centres; the outermost are as far outside as the next are inside. */
function edgesOf(centres: Float64Array, axis: Axis): Float64Array {
  const n = centres.length;
  const wide = axis.kind === 'uniform' ? Math.abs(axis.scale) : 1;
  if (n === 1) return Float64Array.of(centres[0] - wide / 2, centres[0] + wide / 2);
  return Float64Array.from({ length: n + 1 }, (_, k) => {
    if (k === 0) return centres[0] - (centres[1] - centres[0]) / 2;
    if (k === n) return centres[n - 1] + (centres[n - 1] - centres[n - 2]) / 2;
    return (centres[k - 1] + centres[k]) / 2;
  });
}

/** @throws SpectrailError `input/bad-edges` for edges that do not ascend, or an axis of no channel. */
function newEdges(from: Float64Array, unit: string, { spacing, first, channels, edges }: Params): Float64Array {
  const refuse = (what: string) =>
    inputError({
      code: 'bad-edges',
      what,
      expected: `channels between ${from[0]} and ${from[from.length - 1]} ${unit}`.trimEnd(),
      fix: 'bare numbers are in the unit of the axis',
    });
  if (edges) {
    if (edges.length < 2) throw refuse(`${edges.length} edges`);
    for (let k = 1; k < edges.length; k++) {
      if (!(edges[k] > edges[k - 1]))
        throw refuse(`edge ${k + 1} is ${edges[k]}, not above the one before, ${edges[k - 1]}`);
    }
    return Float64Array.from(edges);
  }
  const span = from[from.length - 1] - from[0];
  const wide = spacing === undefined ? span / (from.length - 1) : parseInUnit(spacing, unit);
  if (!(wide > 0)) throw refuse(`a spacing of ${spacing}`);
  const start = first === undefined ? from[0] : parseInUnit(first, unit) - wide / 2;
  const fitting = Math.floor((from[from.length - 1] - start) / wide + 1e-9);
  const size = channels ?? fitting;
  if (!(size >= 1 && size <= 1e6)) throw refuse(`${Math.max(0, size)} channels of ${wide} from ${start} on`);
  return Float64Array.from({ length: size + 1 }, (_, k) => start + k * wide);
}

/** Share of each new channel that the present axis covers. */
function coverage({ channels, width, columns, weights }: ChannelOperator, from: Float64Array, onto: Float64Array) {
  return Float64Array.from({ length: channels }, (_, j) => {
    let covered = 0;
    for (let at = j * width; at < (j + 1) * width; at++) {
      covered += weights[at] * (from[columns[at] + 1] - from[columns[at]]);
    }
    return covered / (onto[j + 1] - onto[j]);
  });
}

/** Means of densities over the new channels, in place of sums of counts. */
function averaged(operator: ChannelOperator, from: Float64Array, onto: Float64Array): ChannelOperator {
  const { width, columns, weights } = operator;
  return {
    ...operator,
    weights: weights.map((share, at) => {
      const j = Math.floor(at / width);
      return (share * (from[columns[at] + 1] - from[columns[at]])) / (onto[j + 1] - onto[j]);
    }),
  };
}

/** The same along an axis that descends. */
function turned(operator: ChannelOperator, given: number, descending: boolean): ChannelOperator {
  if (!descending) return operator;
  const { channels, width, columns, weights } = operator;
  const place = (at: number) => (channels - 1 - Math.floor(at / width)) * width + (at % width);
  return {
    ...operator,
    columns: columns.map((_, at) => given - 1 - columns[place(at)]),
    weights: weights.map((_, at) => weights[place(at)]),
  };
}

/** A new channel is valid where the present axis covers it, with valid channels only. */
function newMask(operator: ChannelOperator, covered: Float64Array, masked?: Uint8Array): Uint8Array {
  const { channels, width, columns, weights } = operator;
  return Uint8Array.from({ length: channels }, (_, j) => {
    for (let at = j * width; at < (j + 1) * width; at++) {
      if (weights[at] > 1e-9 && masked?.[columns[at]]) return masked[columns[at]];
    }
    return covered[j] < 1 - 1e-9 ? reasonCode('outside axis') : 0;
  });
}

function newAxis(axis: Axis, onto: Float64Array, descending: boolean, { edges }: Params): Axis {
  const { name, unit, calibration } = axis;
  const size = onto.length - 1;
  const options = { name, unit, calibration, role: axis.role };
  if (!edges) {
    const wide = (onto[size] - onto[0]) / size;
    const low = onto[0] + wide / 2;
    return narrowed(
      descending
        ? uniformAxis({ ...options, size, scale: -wide, offset: low + (size - 1) * wide })
        : uniformAxis({ ...options, size, scale: wide, offset: low }),
    );
  }
  const centres = Float64Array.from({ length: size }, (_, j) => (onto[j] + onto[j + 1]) / 2);
  return narrowed(explicitAxis({ ...options, positions: descending ? centres.reverse() : centres }));
}

/** Sums of whole channels keep their law, where all have the same; a divided channel ends it. */
function resampledNoise(noise: Noise, operator: ChannelOperator, given: number): Noise {
  const whole = operator.weights.every((weight) => weight === 0 || Math.abs(weight - 1) < 1e-9);
  const exact = (noise.tag === 'poisson' && noise.gain.per !== 'channel') || noise.tag === 'gaussian';
  if (whole && exact && operatorReach(operator, given) === 0) {
    const { channels, width, weights } = operator;
    const members = Array.from({ length: channels }, (_, j) =>
      weights.subarray(j * width, (j + 1) * width).reduce((n, weight) => n + (weight > 0 ? 1 : 0), 0),
    );
    const inside = members.filter((n) => n > 0);
    if (isScaledCounts(noise) || inside.every((n) => n === inside[0]))
      return sumNoise(noise, inside[0] ?? 1, 'channels');
  }
  return operatedNoise(noise, operator, given, 'channels divided among new ones');
}
