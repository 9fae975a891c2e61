import { bridgeMasked } from '../../kernels/index.ts';
import { inputError } from '../../signal/errors.ts';
import { parseInUnit } from '../../signal/units.ts';
import type { Estimator, Setting } from './estimator.ts';

/** A kernel that makes the backgrounds of rows; a row it can make nothing of becomes NaN. */
export type RowKernel = (values: Float64Array, rows: number, channels: number, out: Float64Array) => void;

/** Every channel: what backgrounds that follow whole spectra are defined on. */
export const wholeRange = ({ positions }: Setting): readonly [number, number] => [0, positions.length];

/**
 * The estimator of a kernel that follows whole spectra. Masked channels are bridged by straight lines; rows that it can make
 * nothing of get a background of 0.
 * @param respond as of an estimator, where the kernel has a response; without one its errors are found by repeating it.
 */
export function wholeRows(
  { positions, masked }: Setting,
  kernel: RowKernel,
  respond?: Estimator['respond'],
): Estimator {
  const channels = positions.length;
  const bridged = masked?.some((code) => code !== 0) ? masked : undefined;
  return {
    estimate(values, rows, out) {
      out.set(values.subarray(0, rows * channels));
      const part = out.subarray(0, rows * channels);
      if (bridged) for (let row = 0; row < rows; row++) bridgeMasked(part, bridged, row * channels);
      kernel(part, rows, channels, part);
      for (let row = 0; row < rows; row++) {
        const at = row * channels;
        if (Number.isNaN(part[at])) part.fill(0, at, at + channels);
      }
    },
    respond,
  };
}

/**
 * A width along the axis in channels, at each channel: at least 1.
 * @throws SpectrailError `input/bad-width` for one that is not above 0, or wider than the axis.
 */
export function widthInChannels(
  { positions, unit }: Pick<Setting, 'positions' | 'unit'>,
  width: string | number,
): Uint32Array {
  const wide = parseInUnit(width, unit);
  const last = positions.length - 1;
  const span = Math.abs(positions[last] - positions[0]);
  if (!(wide > 0 && wide <= span)) {
    throw inputError({
      code: 'bad-width',
      what: `a width of ${width} on an axis that spans ${span} ${unit}`.trimEnd(),
      expected: 'a width above 0 and below the span of the axis',
      fix: 'give the width in the unit of the axis, or with a unit of its own',
    });
  }
  return Uint32Array.from(positions, (_, j) => {
    const [low, high] = [Math.max(0, j - 1), Math.min(last, j + 1)];
    return Math.max(1, Math.round((wide * (high - low)) / Math.abs(positions[high] - positions[low])));
  });
}
