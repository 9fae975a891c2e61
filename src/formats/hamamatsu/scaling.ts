import { type Axis, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import { formatError } from '../../signal/errors.ts';
import { canonicalUnit } from '../../signal/units.ts';
import type { ByteSource } from '../format.ts';
import { plainNumber } from '../plain-number.ts';
import type { Comment } from './comment.ts';

export interface Scale {
  readonly name: string;
  readonly unit: string;
  readonly step: number;
  /** From a table in the file. */
  readonly positions?: Float64Array;
}

const NAMES: Readonly<Record<string, string>> = {
  nm: 'Wavelength',
  eV: 'Energy',
  '1/cm': 'Wavenumber',
  ps: 'Time',
  ns: 'Time',
  µs: 'Time',
  ms: 'Time',
  s: 'Time',
};
const SPECTRAL = new Set(['Wavelength', 'Energy', 'Wavenumber']);
const PIXELS = { X: 'Horizontal CCD Position', Y: 'Vertical CCD Position' } as const;

/**
 * What the comment says of the horizontal or the vertical axis: a table of 32-bit floats somewhere in the file, a constant
 * step, or nothing, as in focus mode: then pixels.
 *
 * @throws SpectrailError `format/truncated` for a table outside of the file, `format/bad-hamamatsu` for numbers in it that are
 * none.
 */
export async function scaleOf(
  file: ByteSource,
  comment: Comment,
  direction: 'X' | 'Y',
  size: number,
  warnings: string[],
): Promise<Scale> {
  const entry = (key: string) => comment.entry('Scaling', `Scaling${direction}${key}`);
  const unit = canonicalUnit(entry('Unit') ?? '');
  const name = Object.hasOwn(NAMES, unit) ? NAMES[unit] : direction;
  const pixels: Scale = { name: PIXELS[direction], unit: 'px', step: 1 };
  const place = entry('ScalingFile') ?? '';
  const table = /^[#*](\d{1,10})(?:,(\d{1,6}))?$/.exec(place);
  if (table) {
    if (table[2] !== undefined && Number(table[2]) !== size) {
      warnings.push(
        `the table of the ${direction} axis has ${Number(table[2])} positions for ${size} pixels: not used`,
      );
      return pixels;
    }
    const positions = await readTable(file, Number(table[1]), size, direction);
    if (runsOn(positions)) return { name, unit, step: 1, positions };
    warnings.push(`the positions of the ${direction} axis neither rise nor fall throughout: pixels are counted`);
    return pixels;
  }
  if (place !== '' && place !== 'Other' && place !== 'Focus mode') {
    warnings.push(
      `the positions of the ${direction} axis are in another file, "${place.slice(0, 80)}", which is not read`,
    );
    return pixels;
  }
  const step = plainNumber(entry('Scale') ?? '');
  return unit !== '' && unit !== 'px' && step !== undefined && step > 0 ? { name, unit, step } : pixels;
}

async function readTable(file: ByteSource, at: number, size: number, direction: string): Promise<Float64Array> {
  const length = 4 * size;
  const bytes = at + length <= file.size ? await file.read(at, length) : new Uint8Array(0);
  if (bytes.length < length) {
    throw formatError({
      code: 'truncated',
      where: `${file.name}, byte ${at}`,
      what: `the positions of the ${direction} axis stand beyond the end of the file, at byte ${file.size}`,
      expected: `${length} bytes from byte ${at}`,
      fix: 'copy the file again: it was cut short or its comment is damaged',
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const positions = Float64Array.from({ length: size }, (_, i) => view.getFloat32(4 * i, true));
  const bad = positions.findIndex((position) => !Number.isFinite(position));
  if (bad >= 0) {
    throw formatError({
      code: 'bad-hamamatsu',
      where: `${file.name}, byte ${at + 4 * bad}`,
      what: `position ${bad} of the ${direction} axis is ${positions[bad]}`,
      expected: 'a finite number',
      fix: 'save it again from HPD-TA or HiPic',
    });
  }
  return positions;
}

function runsOn(positions: Float64Array): boolean {
  const rising = positions[1] > positions[0];
  return !positions.some((at, i) => i > 0 && (rising ? at <= positions[i - 1] : at >= positions[i - 1]));
}

/** Rows of spectra where the horizontal axis is spectral, else an image. */
export function axesOf(y: Scale, height: number, x: Scale, width: number): Axis[] {
  const spectra = SPECTRAL.has(x.name);
  const axis = ({ name, unit, step, positions }: Scale, size: number, role: Axis['role']) =>
    positions ? explicitAxis({ name, unit, role, positions }) : uniformAxis({ name, unit, role, size, scale: step });
  return [axis(y, height, spectra ? 'navigation' : 'signal'), axis(x, width, spectra ? 'spectral' : 'signal')];
}
