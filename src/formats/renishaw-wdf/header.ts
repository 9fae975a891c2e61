import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { fileTime } from './property-set.ts';

/** What the first 512 bytes of a WDF file say. */
export interface Header {
  /** Values in one spectrum: channels, times rows of the detector where those are kept apart. */
  readonly points: number;
  /** Spectra the measurement was planned for. */
  readonly capacity: number;
  /** Spectra that were measured. */
  readonly count: number;
  readonly yListCount: number;
  readonly xListCount: number;
  readonly originCount: number;
  readonly application: string;
  readonly measurement: 'unspecified' | 'single' | 'series' | 'map';
  /** Spectra have x axes of their own. */
  readonly ownAxes: boolean;
  readonly started?: readonly [string, string];
  /** Number of the unit of the values. */
  readonly unit: number;
  /** In 1/cm; 0: not stated. */
  readonly laserWavenumber: number;
  readonly user: string;
  readonly title: string;
}

export const HEADER_BYTES = 512;
const MEASUREMENTS = ['unspecified', 'single', 'series', 'map'] as const;

/** @throws SpectrailError `format/bad-wdf` when the header is cut short or states no spectrum. */
export async function readHeader(file: ByteSource): Promise<Header> {
  const bytes = await file.read(0, HEADER_BYTES);
  const bad = (at: number, what: string, expected: string) =>
    formatError({
      code: 'bad-wdf',
      where: `${file.name}, byte ${at}`,
      what,
      expected,
      fix: 'copy the file again: it is damaged',
    });
  if (bytes.length < HEADER_BYTES || text(bytes, 0, 4) !== 'WDF1') {
    throw bad(
      0,
      `${bytes.length} bytes that begin with "${text(bytes, 0, 4)}"`,
      `${HEADER_BYTES} bytes that begin with "WDF1"`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [points, capacity, count] = [
    view.getUint32(0x3c, true),
    Number(view.getBigUint64(0x40, true)),
    Number(view.getBigUint64(0x48, true)),
  ];
  if (points === 0 || count === 0) throw bad(0x3c, `${count} spectra of ${points} points`, 'at least one spectrum');
  return {
    points,
    capacity: Math.max(capacity, count),
    count,
    yListCount: view.getUint32(0x54, true),
    xListCount: view.getUint32(0x58, true),
    originCount: view.getUint32(0x5c, true),
    application: text(bytes, 0x60, 24),
    measurement: MEASUREMENTS[view.getUint32(0x84, true)] ?? 'unspecified',
    ownAxes: (view.getUint32(0x10, true) & 1) !== 0,
    started: fileTime(view.getBigUint64(0x88, true)),
    unit: view.getUint32(0x98, true),
    laserWavenumber: view.getFloat32(0x9c, true),
    user: text(bytes, 0xd0, 32),
    title: text(bytes, 0xf0, 160),
  };
}

export function text(bytes: Uint8Array, from: number, length: number): string {
  return new TextDecoder().decode(bytes.subarray(from, from + length)).split('\0', 1)[0];
}
