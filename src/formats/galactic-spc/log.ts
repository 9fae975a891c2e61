import type { Metadata, Plain, PlainTree } from '../../signal/dataset.ts';
import { TextLines } from '../text-lines.ts';
import { quantityOf } from './axis-types.ts';
import { type SpcHeader, textOf, viewOf } from './header.ts';

const MOST_LINES = 2000;
const LONGEST_TEXT = 200;

/** The lines "KEY = value" of the log behind the spectra; empty without one. */
export function readLog(bytes: Uint8Array, { logOffset, littleEndian }: SpcHeader): PlainTree {
  if (logOffset < 256 || logOffset + 64 > bytes.length) return {};
  const view = viewOf(bytes);
  const size = view.getUint32(logOffset, littleEndian);
  const start = logOffset + view.getUint32(logOffset + 8, littleEndian);
  const end = Math.min(bytes.length, logOffset + Math.max(size, 0));
  if (!(start < end)) return {};
  const lines = new TextLines(textOf(bytes.subarray(start, end)));
  const found: [string, Plain][] = [];
  while (found.length < MOST_LINES && lines.next()) {
    const { line } = lines;
    const equals = line.indexOf('=');
    if (equals > 0)
      found.push([line.slice(0, equals).trim(), line.slice(equals + 1, equals + 1 + LONGEST_TEXT).trim()]);
  }
  return Object.fromEntries(found);
}

/** Date, what the values are, and what Horiba's programs write into the log: laser (nm), exposure (s), grating, objective. */
export function spcMetadata(header: SpcHeader, log: PlainTree): Metadata {
  const word = (key: string) => {
    const value = Object.hasOwn(log, key) ? log[key] : undefined;
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const positive = (key: string) => {
    const value = Number(word(key) ?? Number.NaN);
    return value > 0 && Number.isFinite(value) ? value : undefined;
  };
  const [laser, time, frames] = [positive('EXCIT_LINE'), positive('TIME'), positive('ACCUM')];
  const metadata: Metadata = {};
  if (laser !== undefined) metadata.instrument_Laser = { wavelength: laser };
  const detector: PlainTree = {};
  const model = word('DETECTOR');
  if (model !== undefined) detector.model = model;
  if (time !== undefined) detector.exposure_per_frame = time;
  if (frames !== undefined) detector.frames = frames;
  if (time !== undefined && frames !== undefined) detector.integration_time = time * frames;
  if (Object.keys(detector).length > 0) metadata.instrument_Detector = detector;
  const grooves = positive('GRATING');
  if (grooves !== undefined) metadata.instrument_Spectrometer = { Grating: { groove_density: grooves } };
  const objective = word('OBJECTIV');
  if (objective !== undefined) metadata.instrument_Microscope = { objective };
  if (header.date !== undefined) metadata.date = header.date;
  if (header.time !== undefined) metadata.time = header.time;
  const quantity = quantityOf(header.yType, header.labels?.[1]);
  if (quantity !== undefined) metadata.quantity = quantity;
  return metadata;
}
