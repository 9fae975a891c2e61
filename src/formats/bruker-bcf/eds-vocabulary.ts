import { uniformAxis } from '../../signal/axis.ts';
import type { Metadata } from '../../signal/dataset.ts';
import type { SumSpectrum } from './spectrum.ts';

/** Above this voltage (kV) an electron microscope is a transmission one. */
const LARGEST_SEM_VOLTAGE = 30;

export const QUANTITY = 'X-rays (Counts)';

/** @param energy Of the beam, keV. */
export function instrumentOf(energy: number): 'SEM' | 'TEM' {
  return energy > LARGEST_SEM_VOLTAGE ? 'TEM' : 'SEM';
}

/** Angles in degrees, times in s. @param realTime Of the map, where it is known better than by the spectrum. */
export function edsDetector(spectrum: SumSpectrum, realTime = spectrum.realTime): Metadata {
  const detector: Metadata = {};
  if (spectrum.elevation !== undefined) detector.elevation_angle = spectrum.elevation;
  if (spectrum.azimuth !== undefined) detector.azimuth_angle = spectrum.azimuth;
  if (spectrum.detectorType !== undefined) detector.detector_type = spectrum.detectorType;
  if (realTime !== undefined) detector.real_time = realTime;
  if (spectrum.liveTime !== undefined) detector.live_time = spectrum.liveTime;
  return detector;
}

/** keV. */
export function energyAxis({ scale, offset }: SumSpectrum, size: number) {
  return uniformAxis({
    name: 'Energy',
    unit: 'keV',
    role: 'spectral',
    size,
    scale,
    offset,
    calibration: { origin: 'file' },
  });
}
