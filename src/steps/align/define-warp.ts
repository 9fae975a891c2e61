import type { z } from 'zod';
import {
  bridgeMasked,
  type Conserved,
  judgeWarp,
  shuffledReferences,
  WARP,
  type Warper,
  warpRow,
} from '../../kernels/index.ts';
import { defineFold, defineMap, type FoldShape, type MapShape } from '../../shapes/shape.ts';
import { axisValues } from '../../signal/axis.ts';
import { type Block, readRow } from '../../signal/block.ts';
import { inputError } from '../../signal/errors.ts';
import { type Mask, reasonCode } from '../../signal/mask.ts';
import { isScaledCounts, type Noise } from '../../signal/noise.ts';
import { UNMEASURED } from '../../signal/shift.ts';
import { mapShape, pixelCount, type Signal, withSignal } from '../../signal/signal.ts';
import type { MappedSource, Source } from '../../signal/source.ts';
import { type SignalState, signalState } from '../state.ts';
import { defineStep, type Step, type StepContext } from '../step.ts';
import { movedNoise, spreadMask } from './apply.ts';
import { type ReferenceSums, referenceSums } from './reference-spectrum.ts';
import { pitches, type WarpParams } from './warp-params.ts';

interface Definition<P extends WarpParams, O> extends Pick<Step<P>, 'id' | 'version' | 'title' | 'summary' | 'cite'> {
  readonly params: z.ZodType<P>;
  readonly example: P;
  readonly bounded?: (params: P) => boolean;
  /** Values are moved by whole channels: their law stays. Else channels are mixed, along a path found in the values. */
  readonly whole: boolean;
  /** Parameters in channels of this axis, as plain data, and the largest displacement. Throws where they do not fit. */
  readonly inChannels: (state: SignalState, params: P) => { readonly options: O; readonly limit: number };
  readonly warper: (references: readonly Float64Array[], options: O) => Warper;
  /** Stretches of channels [first, end) whose ends some spectra lack when moved. */
  readonly torn?: (options: O, channels: number) => readonly (readonly [number, number])[];
}

/** What a warp knows of the signal, as plain data. */
interface Setting<O> {
  readonly options: O;
  readonly limit: number;
  readonly channels: number;
  readonly conserved: Conserved;
  readonly whole: boolean;
  readonly pedestal: number;
  /** Channels as recorded, and as they are on the reference's axis. */
  readonly masked?: Uint8Array;
  readonly maskedAfter?: Uint8Array;
  /** Width of each channel, where values are per unit of an axis whose channels differ. */
  readonly width?: Float64Array;
  readonly areaTolerance: number;
}

interface FindArgs<O> {
  readonly setting: Setting<O>;
  /** The reference, and what is left of it when its pieces are shuffled. */
  readonly references: readonly Float64Array[];
  readonly pixelMask?: Uint8Array;
}

/** Spectra by what became of them. */
interface Tally {
  taken: number;
  chance: number;
  area: number;
}

interface Found {
  readonly nodes: Float32Array;
  readonly verdict: Uint8Array;
}

interface MoveArgs<O> extends Found {
  readonly setting: Setting<O>;
}

/** Pieces of a shuffled reference are wider than a warp reaches, and than most peaks, and so narrow that there are some. */
const REACHES_PER_PIECE = 3;
const MOST_PIECES = 20;
const FEWEST_PIECES = 8;
const pieceOf = ({ limit, channels }: Pick<Setting<unknown>, 'limit' | 'channels'>) => {
  const wide = Math.max(REACHES_PER_PIECE * limit, Math.floor(channels / MOST_PIECES));
  return Math.max(2, Math.min(wide, Math.floor(channels / FEWEST_PIECES)));
};

/** A step that brings every spectrum to a reference by moving its channels, or leaves it as it is. */
export function defineWarp<P extends WarpParams, O>(definition: Definition<P, O>): Step<P> {
  const { whole, inChannels, warper, torn = () => [], ...described } = definition;
  const prepared = (block: Block, i: number, { pedestal, masked }: Setting<O>, row: Float64Array) => {
    readRow(block, i, row);
    if (pedestal !== 0) for (let j = 0; j < row.length; j++) row[j] -= pedestal;
    if (masked) bridgeMasked(row, masked);
  };

  const found: FoldShape<FindArgs<O>, Tally, Found> = defineFold<FindArgs<O>, Tally, Found>({
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
        prepared(block, i, setting, row);
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
      const setting = exampleSetting(channels);
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

  const moved: MapShape<MoveArgs<O>> = defineMap<MoveArgs<O>>({
    apply: (args, [block], start) => moveRows(args, block, start),
    example: ({ channels, pixels }) => {
      const setting = exampleSetting(channels);
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

  function moveRows({ setting, nodes, verdict }: MoveArgs<O>, block: Block, start: number): Block {
    const { channels, conserved, width, pedestal } = setting;
    const { pixels } = block;
    const own = warper([new Float64Array(channels)], setting.options);
    const values = new Float64Array(pixels * channels);
    const row = new Float64Array(channels);
    const from = new Float64Array(channels);
    const these = new Float64Array(own.nodes);
    const edges = torn(setting.options, channels);
    for (let i = 0; i < pixels; i++) {
      const out = values.subarray(i * channels, (i + 1) * channels);
      if (verdict[start + i] !== WARP.taken) {
        readRow(block, i, out);
        if (pedestal !== 0) for (let j = 0; j < channels; j++) out[j] -= pedestal;
      } else {
        for (let k = 0; k < own.nodes; k++) these[k] = nodes[(start + i) * own.nodes + k];
        own.places(these, from);
        if (setting.whole) readRow(block, i, row);
        else prepared(block, i, setting, row);
        if (width) for (let j = 0; j < channels; j++) row[j] *= width[j];
        warpRow(row, from, conserved, out);
        if (width) for (let j = 0; j < channels; j++) out[j] /= width[j];
      }
      for (const [first, end] of edges) out.fill(0, first, end);
    }
    return { kind: 'dense', pixels, channels, values };
  }

  /** On as many channels as the example asks for at least. */
  function exampleSetting(channels: number): Setting<O> {
    const size = Math.max(channels, 16);
    const spectral = { kind: 'uniform', name: '', unit: '', role: 'spectral', size, scale: 1, offset: 0 } as const;
    const { options, limit } = inChannels({ spectral } as SignalState, definition.example);
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

  const settingOf = (state: SignalState, p: P): Setting<O> => {
    const { spectral, intensity, noise, mask } = state;
    const { options, limit } = inChannels(state, p);
    const counted = intensity.kind === 'counts' || intensity.kind === 'counts-per-unit' || intensity.kind === 'rate';
    const conserved = whole ? 'height' : (p.conserve ?? (counted ? 'area' : 'height'));
    const perUnit = intensity.kind === 'counts-per-unit' && spectral.kind === 'explicit';
    return {
      options,
      limit,
      channels: spectral.size,
      conserved,
      whole,
      pedestal: !whole && noise.tag === 'poisson' ? noise.offset : 0,
      masked: mask.channels,
      maskedAfter: maskAfter(state, options, limit).channels,
      width: perUnit && conserved === 'area' ? channelWidths(axisValues(spectral)) : undefined,
      areaTolerance: whole ? Number.POSITIVE_INFINITY : (p.areaTolerance ?? Number.POSITIVE_INFINITY),
    };
  };

  const maskAfter = (state: SignalState, options: O, limit: number): Mask => {
    const { spectral, mask } = state;
    const reach = (limit + (whole ? 0 : 1)) * pitches(spectral).largest;
    const channels = mask.channels ? spreadMask(mask.channels, spectral, reach) : new Uint8Array(spectral.size);
    const outside = reasonCode('outside axis');
    for (const [first, end] of torn(options, spectral.size)) {
      for (let j = first; j < end; j++) if (!channels[j]) channels[j] = outside;
    }
    return { ...mask, channels: channels.some((code) => code !== 0) ? channels : undefined };
  };

  const warpedState = (state: SignalState, p: P): SignalState => {
    const { options, limit } = inChannels(state, p);
    return {
      ...state,
      storage: 'dense',
      entriesPerPixel: state.spectral.size,
      mask: maskAfter(state, options, limit),
      noise:
        whole && isCounted(state.noise) && isJudged(p) ? movedNoise(state.noise, 'nearest') : mixedNoise(state.noise),
      shift: UNMEASURED,
    };
  };

  async function run(context: StepContext, inputs: Readonly<Record<string, unknown>>, p: P): Promise<Signal> {
    const signal = inputs.in as Signal;
    const given = inputs.reference as Signal;
    const before = signalState(signal);
    const setting = settingOf(before, p);
    const geometry = {
      pixels: pixelCount(signal),
      channels: signal.spectral.size,
      width: mapShape(signal.navigation).width,
    };
    const shuffling = context.seed % 2 ** 32;
    const own = given.source === signal.source;
    let reference = await referenceOf(context, given, given.source, p.target, given.mask.pixels);
    let result: Found & Tally = {
      nodes: new Float32Array(0),
      verdict: new Uint8Array(0),
      taken: 0,
      chance: 0,
      area: 0,
    };
    let source: Source = signal.source;
    for (let round = 0; round < (own ? p.rounds : 1); round++) {
      if (round > 0) {
        const left = result.verdict.map((verdict) => (verdict === WARP.taken ? 0 : 1));
        if (result.taken === 0) break;
        reference = await referenceOf(context, signal, source, 'mean', left);
      }
      prepareReference(reference, setting, given);
      const references = [reference, ...shuffledReferences(reference, pieceOf(setting), p.nulls, shuffling)];
      result = await context.fold<Found & Tally>(
        'found',
        { setting, references, pixelMask: signal.mask.pixels },
        [signal.source],
        geometry,
      );
      source = movedSource(context, signal, { setting, nodes: result.nodes, verdict: result.verdict });
    }
    sayWhatStayed(context, result);
    return withSignal(signal, {
      ...warpedState(before, p),
      source,
      history: [...signal.history, { step: described.id, version: described.version, params: p as never }],
    });
  }

  return defineStep<P>({
    ...described,
    inputs: {
      in: {
        product: 'signal',
        doc: 'spectra to align',
        needs: { shift: 'refuses' },
      },
      reference: {
        product: 'signal',
        doc: 'spectra whose mean they are brought to, on the same axis; the spectra themselves where none are given',
        default: 'in',
      },
    },
    output: 'signal',
    shapes: { found, moved, referenceSums },
    effect: ({ in: state, reference }, p) => {
      checkAxes(state as SignalState, (reference ?? state) as SignalState);
      return warpedState(state as SignalState, p);
    },
    cost: ({ in: state }, p) => {
      const { spectral } = state as SignalState;
      const { options } = inChannels(state as SignalState, p);
      const { nodes } = warper([new Float64Array(spectral.size)], options);
      return {
        passes: 2 * p.rounds,
        keeps: pixelCount(state as SignalState) * (4 * nodes + 1),
        works: 8 * spectral.size * (p.nulls + 4),
        lane: 8 * spectral.size * (p.nulls + 8),
      };
    },
    run: (context, inputs, p) => run(context, inputs, p),
  });
}

async function referenceOf(
  context: StepContext,
  signal: Signal,
  source: Source,
  target: 'mean' | 'strongest',
  pixelMask?: Uint8Array,
): Promise<Float64Array> {
  const geometry = {
    pixels: pixelCount(signal),
    channels: signal.spectral.size,
    width: mapShape(signal.navigation).width,
  };
  const { sum, spectra, strongest } = await context.fold<ReferenceSums>(
    'referenceSums',
    { pixelMask },
    [source],
    geometry,
  );
  return target === 'strongest' ? strongest : sum.map((value) => value / Math.max(1, spectra));
}

/** With straight lines over channels that are masked in either. */
function prepareReference(reference: Float64Array, { masked }: Setting<unknown>, { mask }: Signal): void {
  for (const codes of [masked, mask.channels]) if (codes) bridgeMasked(reference, codes);
}

function movedSource(context: StepContext, signal: Signal, args: MoveArgs<unknown>): MappedSource {
  return {
    type: 'mapped',
    map: context.shapeId('moved'),
    args,
    parents: [signal.source],
    pixels: pixelCount(signal),
    channels: signal.spectral.size,
    kind: 'dense',
  };
}

function sayWhatStayed(context: StepContext, { taken, chance, area }: Tally): void {
  const all = taken + chance + area;
  if (chance > 0) {
    context.note(`${chance} of ${all} spectra stay as they are: aligned no better than with a shuffled reference`);
  }
  if (area > 0) context.note(`${area} of ${all} spectra stay as they are: a peak would change its area`);
}

/**
 * Counts that are moved by whole channels are the same counts. Where noise other than that of counts decides how far, what is
 * left is correlated: Monte Carlo sees it.
 */
const isCounted = (noise: Noise) => isScaledCounts(noise) && noise.across.kind === 'independent';

/**
 * With fewer shuffled references, or a reference that was made of unaligned spectra, chance decides too often how far spectra
 * are moved: Monte Carlo then sees neighbouring channels correlated by up to 0.4.
 */
const isJudged = ({ nulls, rounds }: WarpParams) => nulls >= 19 && rounds >= 2;

/** Channels are moved, or mixed with a few around them, all of them by the error of one path. */
function mixedNoise(noise: Noise): Noise {
  if (noise.tag === 'unknown') return noise;
  return {
    tag: 'correlated',
    form: { kind: 'full' },
    why: 'moved along the axis by what was found in the values themselves',
    across: { kind: 'global', rank: 1 },
  };
}

function channelWidths(positions: Float64Array): Float64Array {
  const last = positions.length - 1;
  return positions.map((_, j) => {
    const [low, high] = [Math.max(0, j - 1), Math.min(last, j + 1)];
    return Math.abs(positions[high] - positions[low]) / (high - low);
  });
}

function checkAxes(state: SignalState, reference: SignalState): void {
  const [own, other] = [state.spectral, reference.spectral].map(axisValues);
  const tolerance = 0.01 * pitches(state.spectral).mean;
  const same = own.length === other.length && own.every((value, j) => Math.abs(value - other[j]) <= tolerance);
  if (same && state.spectral.unit === reference.spectral.unit) return;
  throw inputError({
    code: 'reference-axis',
    what: `the reference has ${other.length} channels from ${other[0]} ${reference.spectral.unit}, the spectra ${own.length} from ${own[0]} ${state.spectral.unit}`,
    expected: 'a reference on the axis of the spectra',
    fix: 'crop and rebin both alike',
  });
}
