import { type Axis, axisIndex, axisValue } from '../../signal/axis.ts';
import { inputError } from '../../signal/errors.ts';
import { reasonCode } from '../../signal/mask.ts';
import { pixelCount } from '../../signal/signal.ts';
import { convertUnit } from '../../signal/units.ts';
import type { SignalState } from '../state.ts';

/** Fewer standards say nothing of more than their mean. */
const FEWEST_STANDARDS = 3;
/** Positions of one axis agree to this part of a channel. */
const SAME = 1e-3;
/** Channels of two instruments that are said to be the same lie within this part of a channel. */
const ALIKE = 0.5;

export interface PairedStates {
  readonly in: SignalState;
  readonly slave: SignalState;
  readonly master: SignalState;
}

/**
 * What is known of spectra to bring over and of the standards on both instruments.
 * @throws SpectrailError `input/unpaired-standards`, `input/too-few-standards`, `input/another-axis`.
 */
export function pairedStates(states: Readonly<Record<string, unknown>>): PairedStates {
  const paired = {
    in: states.in as SignalState,
    slave: states['slave-standards'] as SignalState,
    master: states['master-standards'] as SignalState,
  };
  checkPairs(paired.slave, paired.master);
  sameAxis(paired.in.spectral, paired.slave.spectral, 'the slave’s standards', SAME);
  return paired;
}

/** @throws SpectrailError `input/unpaired-standards`, `input/too-few-standards`. */
export function checkPairs(slave: SignalState, master: SignalState): void {
  const [on, off] = [pixelCount(slave), pixelCount(master)];
  if (on !== off) {
    throw inputError({
      code: 'unpaired-standards',
      what: `there are ${on} spectra of standards from the slave and ${off} from the master`,
      expected: 'the same samples in the same order on both',
      fix: 'leave out, or mask, the samples that one of the instruments did not measure',
    });
  }
  if (countPairs(slave, master) < FEWEST_STANDARDS) {
    throw inputError({
      code: 'too-few-standards',
      what: `${countPairs(slave, master)} standards were measured on both instruments`,
      expected: `at least ${FEWEST_STANDARDS}; 15 to 30 for a transfer that holds`,
      fix: 'measure more samples on both: transfer.standards says which',
    });
  }
}

/** Standards that are masked on neither instrument. */
export function pairsOf(
  { mask: a }: Pick<SignalState, 'mask'>,
  { mask: b }: Pick<SignalState, 'mask'>,
  pixels: number,
) {
  return Int32Array.from({ length: pixels }, (_, i) => i).filter((i) => !a.pixels?.[i] && !b.pixels?.[i]);
}

const countPairs = (slave: SignalState, master: SignalState) => pairsOf(slave, master, pixelCount(slave)).length;

/**
 * The two instruments have the same channels, up to half of one.
 * @throws SpectrailError `input/another-axis`
 */
export function requireSameChannels(a: Axis, b: Axis): void {
  sameAxis(a, b, 'the master’s', ALIKE, 'use transfer.pds or transfer.ds, or rebin onto the axis of the master first');
}

/** @throws SpectrailError `input/another-axis` where positions are further apart than this part of a channel. */
export function sameAxis(
  a: Axis,
  b: Axis,
  whose: string,
  tolerance: number,
  fix = 'give spectra of one instrument and one setting',
): void {
  const describe = ({ size, unit, ...axis }: Axis) =>
    `${size} channels from ${axisValue({ ...axis, size, unit } as Axis, 0)} to ${axisValue({ ...axis, size, unit } as Axis, size - 1)} ${unit}`;
  const channel = Math.abs(axisValue(b, b.size - 1) - axisValue(b, 0)) / Math.max(1, b.size - 1);
  const off = (j: number) => Math.abs(axisValue(a, j) - axisValue(b, j));
  let far = a.size !== b.size || a.unit !== b.unit;
  for (let j = 0; j < a.size && !far; j++) far = off(j) > tolerance * channel;
  if (!far) return;
  throw inputError({
    code: 'another-axis',
    what: `the spectra have ${describe(a)}, ${whose} ${describe(b)}`,
    expected: tolerance < 0.1 ? 'the same axis' : 'the same channels on both instruments',
    fix,
  });
}

/** Middle of the window of each channel of the master: the nearest of the slave. */
export function nearestChannels(
  slave: Axis,
  master: Axis,
): { readonly centres: Int32Array; readonly outside: Uint8Array } {
  const outside = new Uint8Array(master.size);
  const [first, last] = [axisValue(slave, 0), axisValue(slave, slave.size - 1)];
  const half = Math.abs(last - first) / Math.max(1, slave.size - 1) / 2;
  const [low, high] = [Math.min(first, last) - half, Math.max(first, last) + half];
  const centres = Int32Array.from({ length: master.size }, (_, j) => {
    const position = convertUnit(axisValue(master, j), master.unit, slave.unit);
    if (!(position >= low && position <= high)) outside[j] = 1;
    return Math.min(slave.size - 1, Math.max(0, Math.round(axisIndex(slave, position))));
  });
  return { centres, outside };
}

/** The first reason found for each channel; undefined where there is none at all. */
export function joinedMask(size: number, masks: readonly (Uint8Array | undefined)[], outside?: Uint8Array) {
  const codes = new Uint8Array(size);
  for (const mask of masks) if (mask) for (let j = 0; j < size; j++) codes[j] ||= mask[j];
  const code = reasonCode('outside axis');
  if (outside) for (let j = 0; j < size; j++) if (outside[j]) codes[j] ||= code;
  return codes.some((each) => each !== 0) ? codes : undefined;
}
