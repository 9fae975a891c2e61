import type { Metadata, PlainTree } from '../../signal/dataset.ts';
import type { Dtype } from '../../signal/dtype.ts';

export const HEADER_BYTES = 4100;

/** Numbers of `datatype`, at byte 108. */
const DTYPE_CODES: Readonly<Record<number, Dtype>> = {
  0: 'float32',
  1: 'int32',
  2: 'int16',
  3: 'uint16',
  5: 'float64',
  6: 'uint8',
  8: 'uint32',
};

/** Part of the detector: first and last pixel, counted from 1, and pixels that were added up. */
export interface Region {
  readonly start: number;
  readonly group: number;
  readonly width: number;
  readonly height: number;
}

export interface Calibration {
  readonly name: string;
  readonly unit: string;
  /** Coefficients of ascending order, of the pixel counted from 1. */
  readonly coefficients: readonly number[];
}

export interface Header {
  readonly version: number;
  readonly dtype: Dtype | undefined;
  readonly typeCode: number;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly regions: readonly Region[];
  readonly calibration: Calibration | undefined;
  /** Byte at which the XML footer begins; 0 for none. */
  readonly footer: number;
  readonly metadata: Metadata;
  readonly original: PlainTree;
}

/** What the first bytes look like: the number that WinView and WinSpec write, or values that are all possible. */
export function looksLikeHeader(head: Uint8Array): 'certain' | 'likely' | 'no' {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const version = view.getFloat32(1992, true);
  const sized = view.getUint16(42, true) > 0 && view.getUint16(656, true) > 0;
  if (!(version >= 1 && version < 4) || !sized || DTYPE_CODES[view.getInt16(108, true)] === undefined) return 'no';
  return view.getUint32(2996, true) === 0x01234567 ? 'certain' : 'likely';
}

/** The fields of the first 4100 bytes. */
export function parseHeader(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getFloat32(1992, true);
  const typeCode = view.getInt16(108, true);
  return {
    version,
    dtype: DTYPE_CODES[typeCode],
    typeCode,
    width: view.getUint16(42, true),
    height: view.getUint16(656, true),
    frames: view.getInt32(1446, true),
    regions: regionsOf(view),
    calibration: calibrationOf(view, bytes),
    footer: version >= 3 ? Number(view.getBigUint64(678, true)) : 0,
    metadata: metadataOf(view, bytes),
    original: originalOf(view, bytes),
  };
}

function textAt(bytes: Uint8Array, offset: number, length: number): string {
  const part = bytes.subarray(offset, offset + length);
  const end = part.indexOf(0);
  return new TextDecoder('windows-1252').decode(end < 0 ? part : part.subarray(0, end)).trim();
}

const MOST_REGIONS = 10;

function regionsOf(view: DataView): Region[] {
  const count = Math.min(view.getInt16(1510, true), MOST_REGIONS);
  const regions: Region[] = [];
  for (let i = 0; i < count; i++) {
    const [start, end, group, startY, endY, groupY] = [0, 1, 2, 3, 4, 5].map((k) =>
      view.getUint16(1512 + 12 * i + 2 * k, true),
    );
    const columns = Math.floor((end - start + 1) / group);
    const lines = Math.floor((endY - startY + 1) / groupY);
    // Groups of no pixels give infinitely many.
    if (!(start > 0 && columns > 0 && lines > 0 && group * groupY > 0)) return [];
    regions.push({ start, group, width: columns, height: lines });
  }
  return regions;
}

/** The polynomial of the x axis, where it is marked as valid. */
function calibrationOf(view: DataView, bytes: Uint8Array): Calibration | undefined {
  const order = view.getUint8(3101);
  if (view.getUint8(3098) !== 1 || order < 1 || order > 5) return undefined;
  const coefficients = Array.from({ length: order + 1 }, (_, k) => view.getFloat64(3263 + 8 * k, true));
  if (!coefficients.every(Number.isFinite) || coefficients.slice(1).every((c) => c === 0)) return undefined;
  // "Wavelength [nm]"
  const label = textAt(bytes, 3018, 40) || textAt(bytes, 3017, 40);
  const bracket = label.indexOf('[');
  const name = (bracket < 0 ? label : label.slice(0, bracket)).trim();
  const unit =
    bracket < 0
      ? ''
      : label
          .slice(bracket + 1)
          .replace(/\].*$/, '')
          .trim();
  return { name, unit, coefficients };
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

function metadataOf(view: DataView, bytes: Uint8Array): Metadata {
  const metadata: Metadata = Object.create(null);
  // Zero in these fields is what was never set.
  const known = (entries: { readonly [key: string]: number }): PlainTree =>
    Object.fromEntries(Object.entries(entries).filter(([, value]) => Number.isFinite(value) && value !== 0));
  const grating = known({ groove_density: view.getFloat32(650, true) });
  const trees: { readonly [key: string]: PlainTree } = {
    instrument_Laser: known({ wavelength: Math.max(view.getFloat64(3311, true), 0) }),
    instrument_Detector: known({
      exposure_per_frame: Math.max(view.getFloat32(10, true), 0),
      frames: Math.max(view.getInt32(668, true), 0),
      temperature: view.getFloat32(36, true),
    }),
    instrument_Spectrometer: {
      ...known({ central_wavelength: view.getFloat32(72, true) }),
      ...(Object.keys(grating).length > 0 ? { Grating: grating } : {}),
    },
  };
  for (const [key, tree] of Object.entries(trees)) if (Object.keys(tree).length > 0) metadata[key] = tree;
  const date = /^(\d{2})([A-Za-z]{3})(\d{4})$/.exec(textAt(bytes, 20, 10));
  const month = MONTHS.indexOf(date?.[2].toLowerCase() ?? '') + 1;
  if (date && month > 0) metadata['date'] = `${date[3]}-${String(month).padStart(2, '0')}-${date[1]}`;
  const time = /^([01]\d|2[0-3])([0-5]\d)([0-5]\d)$/.exec(textAt(bytes, 172, 7));
  if (time) metadata['time'] = time.slice(1).join(':');
  return metadata;
}

function originalOf(view: DataView, bytes: Uint8Array): PlainTree {
  const comments = [0, 1, 2, 3, 4].map((i) => textAt(bytes, 200 + 80 * i, 80)).filter((comment) => comment !== '');
  return { file_header_ver: view.getFloat32(1992, true), SWversion: textAt(bytes, 688, 16), Comments: comments };
}
