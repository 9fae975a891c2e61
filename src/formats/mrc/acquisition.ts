import type { Metadata } from '../../signal/dataset.ts';
import { oleDate } from '../ole-date.ts';

/** Bytes of the first section that are looked at. */
export const SECTION_BYTES = 140;

/**
 * Conditions from the first section of an extended header of kind FEI1 or FEI2 (Thermo Fisher, "MRC2014 file image format
 * specification"): bit n of the mask at byte 8 says whether field n is set. Energy in keV, tilts in degrees, positions in m.
 */
export function feiMetadata(section: Uint8Array): Metadata {
  if (section.length < SECTION_BYTES) return {};
  const view = new DataView(section.buffer, section.byteOffset, section.byteLength);
  const mask = view.getUint32(8, true);
  const number = (bit: number, at: number) => {
    const value = view.getFloat64(at, true);
    return ((mask >>> bit) & 1) === 1 && Number.isFinite(value) ? value : undefined;
  };
  const metadata: Metadata = {};
  const volts = number(5, 84);
  if (volts !== undefined && volts > 0) {
    metadata.instrument = 'TEM';
    metadata.beam_energy_keV = volts / 1000;
  }
  const [name] = new TextDecoder('latin1').decode(section.subarray(20, 36)).split('\0');
  if (((mask >>> 1) & 1) === 1 && name.trim()) metadata.microscope = name.trim();
  const stage: Metadata = {};
  for (const [i, key] of ['tilt_alpha', 'tilt_beta', 'x', 'y', 'z'].entries()) {
    const value = number(7 + i, 100 + 8 * i);
    if (value === undefined) continue;
    stage[key] = value;
    if (key.length === 1) stage[`${key}_units`] = 'm';
  }
  if (Object.keys(stage).length > 0) metadata.stage = stage;
  const taken = oleDate(number(0, 12) ?? 0);
  if (taken) {
    metadata.date = taken.date;
    metadata.time = taken.time.slice(0, 8);
  }
  return metadata;
}
