import type { PlainTree } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';

export const HEADER_BYTES = 512;

/** One of the three axes as the header calibrates it; unit and spacing are those of the step. */
export interface SurfAxis {
  readonly name: string;
  readonly unit: string;
  readonly spacing: number;
  readonly offset: number;
}

/** What stands in the 512 bytes before each object. */
export interface SurfHeader {
  readonly littleEndian: boolean;
  readonly compressed: boolean;
  /** What the object is: 1 profile, 2 surface, 20 spectra, 21 hyperspectral map … */
  readonly studiable: number;
  readonly objectName: string;
  readonly operator: string;
  /** Some points were not measured. */
  readonly special: boolean;
  /** Bits of a point, 16 or 32. */
  readonly bits: 16 | 32;
  readonly zmin: number;
  readonly columns: number;
  readonly lines: number;
  /** Channels of each point of a hyperspectral map; 1 for everything else. */
  readonly channels: number;
  readonly x: SurfAxis;
  readonly y: SurfAxis;
  readonly z: SurfAxis;
  /** The fourth axis: channels of a map, or the objects of a series. */
  readonly t: SurfAxis;
  readonly date?: string;
  readonly time?: string;
  /** Bytes of the streams of a compressed object. */
  readonly storedBytes: number;
  readonly commentBytes: number;
  readonly privateBytes: number;
  readonly original: PlainTree;
}

const HYPERSPECTRAL = 21;

/** Does an object begin here? */
export function isSurf(bytes: Uint8Array): boolean {
  const magic = new TextDecoder('latin1').decode(bytes.subarray(0, 12));
  return magic === 'DIGITAL SURF' || magic === 'DSCOMPRESSED';
}

/**
 * The header of an object that begins at byte `at`.
 * @throws SpectrailError `format/bad-surf-header` when it describes no array.
 */
export function parseHeader(bytes: Uint8Array, where: string): SurfHeader {
  const bad = (what: string, expected: string) =>
    formatError({ code: 'bad-surf-header', where, what, expected, fix: 'copy the file again: it is damaged' });
  if (bytes.length < HEADER_BYTES || !isSurf(bytes)) {
    throw bad('there is no Digital Surf header', `"DIGITAL SURF" or "DSCOMPRESSED" and ${HEADER_BYTES} bytes in all`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  // Files of Motorola machines are byte-swapped; the size of a point tells which it is, whatever wrote the flag.
  const bitsAt = (little: boolean) => view.getInt16(98, little);
  const littleEndian = bitsAt(true) === 16 || bitsAt(true) === 32;
  const bits = bitsAt(littleEndian);
  if (bits !== 16 && bits !== 32) throw bad(`a point has ${bitsAt(true)} bits (byte 98)`, '16 or 32');
  const i16 = (at: number) => view.getInt16(at, littleEndian);
  const i32 = (at: number) => view.getInt32(at, littleEndian);
  const f32 = (at: number) => view.getFloat32(at, littleEndian);
  const text = (at: number, length: number) => {
    const [before] = new TextDecoder('latin1').decode(bytes.subarray(at, at + length)).split('\0');
    return before.trim();
  };
  const axis = (k: number): SurfAxis => ({
    name: text(132 + 16 * k, 16),
    unit: text(180 + 16 * k, 16),
    spacing: f32(120 + 4 * k),
    offset: f32(466 + 4 * k),
  });
  const studiable = i16(18);
  const channels = studiable === HYPERSPECTRAL ? i32(94) : 1;
  const [columns, lines] = [i32(108), i32(112)];
  for (const [name, size] of Object.entries({ columns, lines, channels })) {
    if (size < 1) throw bad(`the object has ${size} ${name}`, 'at least 1');
  }
  const [commentBytes, privateBytes] = [i16(334), i16(336)];
  if (commentBytes < 0 || privateBytes < 0) {
    throw bad(`the comment has ${commentBytes} bytes, the private zone ${privateBytes}`, 'at least 0');
  }
  const [seconds, minutes, hours, day, month, year] = [306, 308, 310, 312, 314, 316].map(i16);
  const dated = year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
  const timed = dated && hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60 && seconds >= 0 && seconds < 60;
  return {
    littleEndian,
    compressed: bytes[1] === 0x53,
    studiable,
    objectName: text(20, 30),
    operator: text(50, 30),
    special: i16(86) === 1,
    bits,
    zmin: i32(100),
    columns,
    lines,
    channels,
    x: axis(0),
    y: axis(1),
    z: axis(2),
    t: { name: text(486, 13), unit: text(499, 13), spacing: f32(478), offset: f32(482) },
    ...(dated && { date: [String(year).padStart(4, '0'), two(month), two(day)].join('-') }),
    ...(timed && { time: [hours, minutes, seconds].map(two).join(':') }),
    storedBytes: view.getUint32(324, littleEndian),
    commentBytes,
    privateBytes,
    original: {
      signature: text(0, 12),
      objects: i16(14),
      version: i16(16),
      studiable_type: studiable,
      object_name: text(20, 30),
      operator_name: text(50, 30),
      material_code: i16(80),
      acquisition_type: i16(82),
      range_type: i16(84),
      special_points: i16(86),
      absolute: i16(88),
      gauge_resolution: finite(f32(90)),
      bits,
      z_min: i32(100),
      z_max: i32(104),
      inverted: i16(290),
      levelled: i16(292),
      measurement_duration_s: finite(f32(320)),
      client_zone: text(338, 128),
    },
  };
}

const two = (value: number) => String(value).padStart(2, '0');
const finite = (value: number) => (Number.isFinite(value) ? value : null);
