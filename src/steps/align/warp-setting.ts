import type { z } from 'zod';
import type { Conserved, Warper } from '../../kernels/index.ts';
import { axisValues } from '../../signal/axis.ts';
import { type Mask, reasonCode } from '../../signal/mask.ts';
import { isScaledCounts, type Noise } from '../../signal/noise.ts';
import { UNMEASURED } from '../../signal/shift.ts';
import type { SignalState } from '../state.ts';
import type { Step } from '../step.ts';
import { movedNoise, spreadMask } from './apply.ts';
import { pitches, type WarpParams } from './warp-params.ts';

/** What tells one warp from another. */
export interface WarpDefinition<P extends WarpParams, O>
  extends Pick<Step<P>, 'id' | 'version' | 'title' | 'summary' | 'cite'> {
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
export interface WarpSetting<O> {
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

/** @throws SpectrailError `input/…` where the parameters do not fit the axis. */
export function warpSetting<P extends WarpParams, O>(
  definition: WarpDefinition<P, O>,
  state: SignalState,
  p: P,
): WarpSetting<O> {
  const { whole, inChannels } = definition;
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
    maskedAfter: maskAfter(definition, state, options, limit).channels,
    width: perUnit && conserved === 'area' ? channelWidths(axisValues(spectral)) : undefined,
    areaTolerance: whole ? Number.POSITIVE_INFINITY : (p.areaTolerance ?? Number.POSITIVE_INFINITY),
  };
}

/** State of warped spectra. */
export function warpedState<P extends WarpParams, O>(
  definition: WarpDefinition<P, O>,
  state: SignalState,
  p: P,
): SignalState {
  const { whole, inChannels } = definition;
  const { options, limit } = inChannels(state, p);
  return {
    ...state,
    storage: 'dense',
    entriesPerPixel: state.spectral.size,
    mask: maskAfter(definition, state, options, limit),
    noise:
      whole && isCounted(state.noise) && isJudged(p) ? movedNoise(state.noise, 'nearest') : mixedNoise(state.noise),
    shift: UNMEASURED,
  };
}

function maskAfter<P extends WarpParams, O>(
  { whole, torn }: WarpDefinition<P, O>,
  state: SignalState,
  options: O,
  limit: number,
): Mask {
  const { spectral, mask } = state;
  const reach = (limit + (whole ? 0 : 1)) * pitches(spectral).largest;
  const channels = mask.channels ? spreadMask(mask.channels, spectral, reach) : new Uint8Array(spectral.size);
  const outside = reasonCode('outside axis');
  for (const [first, end] of torn?.(options, spectral.size) ?? []) {
    for (let j = first; j < end; j++) if (!channels[j]) channels[j] = outside;
  }
  return { ...mask, channels: channels.some((code) => code !== 0) ? channels : undefined };
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
