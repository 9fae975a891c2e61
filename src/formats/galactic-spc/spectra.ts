import { portablePow } from '../../kernels/portable-math.ts';
import { badSpc, FLOATS, type SpcHeader, SUB_BYTES, viewOf } from './header.ts';

/** Where one spectrum lies, and how it is stored. */
export interface SpcSpectrum {
  /** Byte of its own x values; undefined where all share one axis. */
  readonly xOffset?: number;
  readonly yOffset: number;
  readonly points: number;
  readonly exponent: number;
  readonly z: number;
  readonly nextZ: number;
}

const DIRECTORY_ENTRY = 12;

/**
 * All spectra of a file. Each is checked against the bytes there are before anything is made of it.
 * @throws SpectrailError `format/bad-spc` for one that the file is too short for.
 */
export function listSpectra(bytes: Uint8Array, header: SpcHeader, where: string, warnings: string[]): SpcSpectrum[] {
  const { flags, points, littleEndian } = header;
  const view = viewOf(bytes);
  const own = flags.TXYXYS;
  if (!own && !(points >= 1)) throw badSpc(where, `spectra of ${points} points`, 'at least one point');
  const start = header.dataOffset + (flags.TXVALS && !own ? 4 * points : 0);
  const directory = own && points >= header.dataOffset && header.spectra !== undefined ? points : undefined;
  const list: SpcSpectrum[] = [];
  let at = start;
  const wanted = flags.TMULTI || own ? (header.spectra ?? Number.POSITIVE_INFINITY) : 1;
  for (let i = 0; i < wanted; i++) {
    if (directory !== undefined) {
      const entry = directory + i * DIRECTORY_ENTRY;
      if (entry + DIRECTORY_ENTRY > bytes.length)
        throw badSpc(where, `the directory ends before spectrum ${i}`, 'all of it');
      at = view.getUint32(entry, littleEndian);
    }
    if (header.spectra === undefined && i > 0 && at + SUB_BYTES > bytes.length) break;
    if (at + SUB_BYTES > bytes.length) {
      throw badSpc(`${where}, byte ${at}`, `spectrum ${i} of ${wanted} is not there`, `${wanted} spectra`);
    }
    const stated = view.getUint32(at + 16, littleEndian);
    const size = own && stated > 0 ? stated : points;
    const exponent = exponentOf(header, view.getInt8(at + 1));
    const width = exponent !== FLOATS && flags.TSPREC ? 2 : 4;
    const xOffset = own ? at + SUB_BYTES : undefined;
    const yOffset = at + SUB_BYTES + (own ? 4 * size : 0);
    if (!(size >= 1 && yOffset + size * width <= bytes.length)) {
      if (header.spectra === undefined && i > 0) {
        warnings.push(`the file ends within spectrum ${i}: it is left out`);
        break;
      }
      throw badSpc(
        `${where}, byte ${yOffset}`,
        `spectrum ${i} needs ${size * width} bytes, the file has ${Math.max(0, bytes.length - yOffset)} left`,
        'all of its points',
      );
    }
    const [z, nextZ] = [view.getFloat32(at + 4, littleEndian), view.getFloat32(at + 8, littleEndian)];
    list.push({ xOffset, yOffset, points: size, exponent, z, nextZ });
    at = yOffset + size * width;
  }
  return list;
}

/** Spectra of a file of many have an exponent of their own. */
function exponentOf({ flags, exponent }: SpcHeader, own: number): number {
  return exponent === FLOATS || !flags.TMULTI ? exponent : own;
}

/** Values of one spectrum into `out` from `start`. */
export function decodeSpectrum(
  bytes: Uint8Array,
  header: SpcHeader,
  { yOffset, points, exponent }: SpcSpectrum,
  out: Float64Array,
  start: number,
): void {
  const view = viewOf(bytes);
  const { littleEndian, flags, version } = header;
  if (exponent === FLOATS) {
    for (let i = 0; i < points; i++) out[start + i] = view.getFloat32(yOffset + 4 * i, littleEndian);
  } else if (flags.TSPREC) {
    const factor = portablePow(2, exponent - 16);
    for (let i = 0; i < points; i++) out[start + i] = view.getInt16(yOffset + 2 * i, littleEndian) * factor;
  } else {
    const factor = portablePow(2, exponent - 32);
    for (let i = 0; i < points; i++) out[start + i] = whole(view, yOffset + 4 * i, version, littleEndian) * factor;
  }
}

/** Old files have the upper half of a number first, each half with its lower byte first. */
function whole(view: DataView, at: number, version: number, littleEndian: boolean): number {
  if (version !== 0x4d) return view.getInt32(at, littleEndian);
  return view.getInt16(at, true) * 65536 + view.getUint16(at + 2, true);
}

/** The float32 numbers from `offset`. */
export function decodeFloats(bytes: Uint8Array, offset: number, count: number, littleEndian: boolean): Float64Array {
  const view = viewOf(bytes);
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) out[i] = view.getFloat32(offset + 4 * i, littleEndian);
  return out;
}
