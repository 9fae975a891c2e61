/** Header of a spectrum: byte of each field. */
export const SPECTRUM = {
  version: 0,
  year: 16,
  day: 18,
  month: 19,
  minute: 20,
  hour: 21,
  second: 23,
  dataStart: 28,
  channels: 32,
  label: 64,
  evPerChannel: 384,
  startEnergy: 448,
  liveTime: 456,
  tilt: 460,
  resolution: 472,
  azimuth: 508,
  elevation: 512,
  voltage: 532,
  elementCount: 638,
  elements: 640,
  bytes: 736,
} as const;
export const MOST_ELEMENTS = 48;

const MAP_TAG = 'MAPSPECTRA_DATA';
const MOST_EV_PER_CHANNEL = 1000;

/** Spectra of EDAX and of Galactic have the same extension; these begin with their version, a number such as 0.7. */
export function kindOf(head: Uint8Array): 'spectrum' | 'map' | undefined {
  if ([...MAP_TAG].every((letter, i) => head[i] === letter.charCodeAt(0))) return 'map';
  if (head.length < SPECTRUM.bytes) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const version = view.getFloat32(SPECTRUM.version, true);
  const scale = view.getInt32(SPECTRUM.evPerChannel, true);
  const own = version > 0.5 && version < 1 && view.getInt32(SPECTRUM.dataStart, true) >= SPECTRUM.bytes;
  const counted = view.getInt16(SPECTRUM.channels, true) > 0 && scale > 0 && scale <= MOST_EV_PER_CHANNEL;
  return own && counted ? 'spectrum' : undefined;
}
