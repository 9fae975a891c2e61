import type { ArrayDataset, Metadata } from '../../signal/dataset.ts';
import { decodeValues } from '../../signal/dtype.ts';
import type { ByteSource } from '../format.ts';
import { addMoment, energyAxis, known, microscope, QUANTITY, signalType } from './conditions.ts';
import { damaged } from './damage.ts';
import { fixedText } from './tree.ts';

/** A spectrum (`.eds`): a header of fixed places, 32-bit counts, then lists of elements and results, and the detector. */
const PLACES = { date: 10, user: 98, live: 258, real: 266, scale: 362, offset: 370, channels: 454, counts: 458 };
/** Of the detector's record, from where its name begins. */
const DETECTOR = { voltage: 48, resolution: 102, azimuth: 180, elevation: 196, bytes: 212 };
const DETECTOR_MARK = 5;

export async function readSpectrum(file: ByteSource): Promise<ArrayDataset> {
  const bytes = await file.read(0, file.size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < PLACES.counts) {
    throw damaged(file.name, bytes.length, `a header of ${PLACES.counts} bytes`, `${bytes.length} bytes`);
  }
  const channels = view.getInt32(PLACES.channels, true);
  const end = PLACES.counts + 4 * channels;
  if (channels < 1 || end > bytes.length) {
    const most = Math.floor((bytes.length - PLACES.counts) / 4);
    throw damaged(file.name, PLACES.channels, `${channels} channels`, `1 to ${most}, as the file has bytes for`);
  }
  const [scale, offset] = [view.getFloat64(PLACES.scale, true), view.getFloat64(PLACES.offset, true)];
  if (!(scale > 0) || !Number.isFinite(scale) || !Number.isFinite(offset)) {
    const found = `an energy calibration of ${scale} keV per channel from ${offset} keV`;
    throw damaged(file.name, PLACES.scale, found, 'a number above 0, and a number');
  }
  const footer = readFooter(view, bytes, end);
  const metadata = microscope(footer?.voltage, undefined);
  const seconds = (at: number) => {
    const value = view.getFloat64(at, true);
    return value > 0 && Number.isFinite(value) ? value : undefined;
  };
  const times = { live_time: seconds(PLACES.live), real_time: seconds(PLACES.real) };
  metadata.detector_EDS = { ...footer?.detector, ...known(times) };
  addMoment(metadata, view.getFloat64(PLACES.date, true));
  metadata.signal_type = signalType(metadata);
  metadata.quantity = QUANTITY;
  return {
    kind: 'array',
    title: 'EDX',
    shape: [channels],
    dtype: 'int32',
    axes: [energyAxis(channels, scale, offset)],
    values: { kind: 'dense', load: async () => decodeValues(bytes.subarray(PLACES.counts, end), 'int32', channels) },
    metadata,
    original: known({ ...times, user: fixedText(bytes.subarray(PLACES.user, PLACES.user + 32)) || undefined }),
    warnings: footer ? [] : ['what follows the counts could not be understood: beam and detector are not known'],
  };
}

/** Steps over the lists behind the counts to the detector's record; undefined where they lead elsewhere. */
function readFooter(view: DataView, bytes: Uint8Array, start: number) {
  try {
    let at = start + 4;
    const count = () => {
      const value = view.getInt32(at, true);
      at += 4;
      return value >= 0 && value <= bytes.length ? value : bytes.length;
    };
    const excluded = count();
    at += 2 * excluded;
    for (let elements = count(); elements > 0; elements--) {
      at += 100;
      for (let lines = count(); lines > 0; lines--) {
        at += 14;
        at += 1 + view.getUint8(at);
        at += 1 + view.getUint8(at) + 4;
        view.getUint8(at);
      }
    }
    const results = count();
    if (results > 0) at += 28 + 126 * results;
    if (view.getInt32(at, true) !== DETECTOR_MARK) return undefined;
    return readDetector(view, bytes, at + 4);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readDetector(view: DataView, bytes: Uint8Array, at: number) {
  if (at + DETECTOR.bytes > bytes.length) return undefined;
  const number = (place: number) => {
    const value = view.getFloat64(at + place, true);
    return Number.isFinite(value) ? value : undefined;
  };
  const above0 = (place: number) => {
    const value = number(place);
    return value !== undefined && value > 0 ? value : undefined;
  };
  const detector: Metadata = known({
    azimuth_angle: number(DETECTOR.azimuth),
    detector_type: fixedText(bytes.subarray(at, at + 16)) || undefined,
    elevation_angle: number(DETECTOR.elevation),
    energy_resolution_MnKa: above0(DETECTOR.resolution),
  });
  return { voltage: above0(DETECTOR.voltage), detector };
}
