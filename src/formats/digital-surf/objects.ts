import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { inflateInto } from '../inflate.ts';
import { HEADER_BYTES, parseHeader, type SurfHeader } from './header.ts';

/** Deflate can make no more of a byte. */
const MOST_EXPANSION = 1032;
const MOST_OBJECTS = 1 << 16;

/** An object of the file: its header, its comment and where its points lie. */
export interface SurfObject {
  readonly header: SurfHeader;
  readonly comment: string;
  /** Bytes before the points, or before the list of compressed streams. */
  readonly offset: number;
  /** Bytes of the points once unpacked. */
  readonly bytes: number;
}

/**
 * Headers of all objects, which lie one behind the other to the end of the file.
 * @throws SpectrailError `format/bad-surf-header`, `format/truncated`.
 */
export async function readObjects(file: ByteSource): Promise<{ objects: SurfObject[]; warnings: string[] }> {
  const objects: SurfObject[] = [];
  const warnings: string[] = [];
  let at = 0;
  do {
    const head = await file.read(at, HEADER_BYTES);
    const where = `${file.name}, byte ${at}`;
    if (objects.length > 0 && head.length < HEADER_BYTES) {
      warnings.push(`${file.size - at} bytes after the last object are passed over`);
      break;
    }
    if (objects.length === MOST_OBJECTS) {
      throw formatError({
        code: 'bad-surf-header',
        where,
        what: `there are more than ${MOST_OBJECTS} objects`,
        expected: `at most ${MOST_OBJECTS}`,
      });
    }
    const header = parseHeader(head, where);
    const offset = at + HEADER_BYTES + header.commentBytes + header.privateBytes;
    const bytes = header.columns * header.lines * header.channels * (header.bits / 8);
    const stored = header.compressed ? header.storedBytes : bytes;
    const most = header.compressed ? stored * MOST_EXPANSION : stored;
    if (!(offset + stored <= file.size && bytes <= most)) {
      throw formatError({
        code: 'truncated',
        where,
        what: `the object declares ${stored} bytes of data for ${bytes} bytes of points, the file has ${Math.max(0, file.size - offset)}`,
        expected: `a file of at least ${offset + stored} bytes`,
        fix: 'copy the file again: it was cut short or its header is damaged',
      });
    }
    const comment = new TextDecoder('latin1').decode(await file.read(at + HEADER_BYTES, header.commentBytes));
    objects.push({ header, comment, offset, bytes });
    at = offset + stored;
  } while (at < file.size);
  return { objects, warnings };
}

/**
 * The bytes of an object's points, unpacked.
 * @throws SpectrailError `format/bad-streams`, `format/bad-compression`, `format/zip-bomb`, `format/truncated`.
 */
export async function pointBytes(file: ByteSource, object: SurfObject): Promise<Uint8Array> {
  const raw = object.header.compressed ? await unpack(file, object) : await file.read(object.offset, object.bytes);
  if (raw.length >= object.bytes) return raw;
  throw formatError({
    code: 'truncated',
    where: `${file.name}, byte ${object.offset + raw.length}`,
    what: 'the file has become shorter since it was opened',
    expected: `${object.bytes} bytes from byte ${object.offset}`,
  });
}

/**
 * Points as heights: `(point − lowest) · spacing + offset` in the unit of the z axis; NaN where a point was not measured,
 * which is stored as the lowest point − 2. Levels of a colour are `whole` numbers, which the spacing only approximates.
 */
export function toHeights(raw: Uint8Array, header: SurfHeader, whole: boolean, out: Float64Array): void {
  const { bits, littleEndian, zmin, z } = header;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const missing = header.special ? zmin - 2 : undefined;
  for (let i = 0; i < out.length; i++) {
    const point = bits === 16 ? view.getInt16(2 * i, littleEndian) : view.getInt32(4 * i, littleEndian);
    const height = (point - zmin) * z.spacing + z.offset;
    out[i] = point === missing ? Number.NaN : whole ? Math.round(height) : height;
  }
}

/** A count of streams, their unpacked and packed sizes, then the streams, each deflated by zlib. */
async function unpack(file: ByteSource, { header, offset, bytes }: SurfObject): Promise<Uint8Array> {
  const stored = await file.read(offset, header.storedBytes);
  const where = `${file.name}, byte ${offset}`;
  const bad = (what: string, expected: string) =>
    formatError({ code: 'bad-streams', where, what, expected, fix: 'copy the file again: it is damaged' });
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  const streams = stored.length >= 4 ? view.getUint32(0, header.littleEndian) : 0;
  const directory = 4 + 8 * streams;
  if (!(streams > 0 && directory <= stored.length)) {
    throw bad(`${streams} compressed streams are listed`, `1 to ${Math.max(0, (stored.length - 4) >> 3)}`);
  }
  const out = new Uint8Array(bytes);
  let from = directory;
  let to = 0;
  for (let s = 0; s < streams; s++) {
    const unpacked = view.getUint32(4 + 8 * s, header.littleEndian);
    const packed = view.getUint32(8 + 8 * s, header.littleEndian);
    if (to + unpacked > bytes || from + packed > stored.length) {
      throw bad(
        `stream ${s} has ${packed} bytes that unpack to ${unpacked}`,
        `at most ${stored.length - from} bytes that unpack to ${bytes - to}`,
      );
    }
    inflateInto(stored.subarray(from, from + packed), out.subarray(to, to + unpacked), 'zlib', where);
    from += packed;
    to += unpacked;
  }
  if (to !== bytes) throw bad(`the streams unpack to ${to} bytes`, `${bytes} bytes`);
  return out;
}
