import type { Metadata, PlainTree } from '../../signal/dataset.ts';

export const LABEL_BYTES = 512;

/** What the label tells. */
export interface Label {
  /** It holds steps other than 1, or origins other than 0. */
  readonly calibrated: boolean;
  /** Largest value, by the range that the label notes. */
  readonly maximum?: number;
  readonly metadata: Metadata;
  readonly original: PlainTree;
}

const RANGE = 28;
/** Six 32-bit floats, origins and steps by turns; which axis is whose is not published. */
const COORDINATES = 71;

/**
 * The label is 256 numbers of 16 bits, most of which hold a byte each: text, and the bytes of 32-bit floats.
 */
export function parseLabel(bytes: Uint8Array, littleEndian: boolean): Label {
  const view = new DataView(bytes.buffer, bytes.byteOffset, LABEL_BYTES);
  const number = (i: number) => view.getInt16(2 * i, littleEndian);
  const text = (from: number, length: number) =>
    Array.from({ length }, (_, i) => String.fromCharCode(number(from + i) & 255))
      .join('')
      .split('\0')[0]
      .trim();
  const real = (i: number) => {
    const four = new DataView(new ArrayBuffer(4));
    for (let b = 0; b < 4; b++) four.setUint8(b, number(i + b) & 255);
    return four.getFloat32(0, littleEndian);
  };
  const [year, month, day, hour, minute, second] = [21, 22, 23, 24, 25, 26].map(number);
  const metadata: Metadata = {};
  // Years are counted from 1900, by some programs those of two digits too.
  const full = 1900 + year < 100 ? 3900 + year : 1900 + year;
  if (full > 1900 && full < 3000 && month >= 1 && month <= 12 && day >= 1 && day <= 31) {
    metadata.date = [full, month, day].map(two).join('-');
    if ([hour, minute, second].every((value) => value >= 0 && value < 60)) {
      metadata.time = [hour, minute, second].map(two).join(':');
    }
  }
  const range = text(RANGE, Math.min(Math.max(number(RANGE - 1), 0), 27));
  const maximum = Number(range.split(',')[1] || Number.NaN);
  const coordinates = Array.from({ length: 6 }, (_, i) => real(COORDINATES + 4 * i));
  return {
    calibrated: coordinates.some((value, i) => value !== i % 2),
    ...(Number.isFinite(maximum) && { maximum }),
    metadata,
    original: {
      label: text(0, 6),
      range,
      title: text(100, 144),
      coordinates: coordinates.map((value) => (Number.isFinite(value) ? value : null)),
    },
  };
}

const two = (value: number) => String(value).padStart(2, '0');
