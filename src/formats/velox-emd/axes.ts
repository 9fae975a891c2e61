import { type Axis, type AxisRole, uniformAxis } from '../../signal/axis.ts';
import type { PlainTree } from '../../signal/dataset.ts';
import { compactUnit } from '../compact-unit.ts';
import { numberAt, textAt } from '../json-tree.ts';
import type { ScanSize } from './scan-size.ts';

/**
 * Axes y and x from `BinaryResult`; channel numbers where it has no pixel size.
 * @param across Pixels whose extent decides about the unit: 0.2 nm or 200 pm.
 */
export function scanAxes(
  tree: PlainTree,
  { height, width }: ScanSize,
  role: Exclude<AxisRole, 'spectral'>,
  across = width / 2,
): Axis[] {
  const size = (key: string) => numberAt(tree, 'BinaryResult', 'PixelSize', key);
  const start = (key: string) => numberAt(tree, 'BinaryResult', 'Offset', key) ?? 0;
  const [dx, dy] = [size('width'), size('height')];
  if (dx === undefined || dy === undefined) {
    return [uniformAxis({ name: 'y', role, size: height }), uniformAxis({ name: 'x', role, size: width })];
  }
  const { unit, convert } = compactUnit(textAt(tree, 'BinaryResult', 'PixelUnitX') ?? '', dx * across);
  const calibration = { origin: 'file' };
  const axis = (name: string, length: number, scale: number, offset: number) =>
    uniformAxis({ name, unit, role, size: length, scale: convert(scale), offset: convert(offset), calibration });
  return [axis('y', height, dy, start('y')), axis('x', width, dx, start('x'))];
}

/** Frames of a series by the time they take; by their number where the file does not say. */
export function frameAxis(tree: PlainTree, frames: number): Axis {
  const exposure = numberAt(
    tree,
    'Detectors',
    `Detector-${textAt(tree, 'BinaryResult', 'DetectorIndex')}`,
    'ExposureTime',
  );
  const seconds = numberAt(tree, 'Scan', 'FrameTime') ?? exposure;
  if (seconds === undefined) return uniformAxis({ name: 'Time', role: 'navigation', size: frames });
  const { unit, convert } = compactUnit('s', seconds * frames);
  return uniformAxis({ name: 'Time', unit, role: 'navigation', size: frames, scale: convert(seconds) });
}

/** Energy in keV from the detector's `Dispersion` and `OffsetEnergy` (eV); channel numbers where it has none. */
export function energyAxis(name: string, detector: PlainTree | undefined, channels: number): Axis {
  const dispersion = numberAt(detector, 'Dispersion');
  const offset = numberAt(detector, 'OffsetEnergy');
  if (dispersion === undefined || offset === undefined || dispersion <= 0) {
    return uniformAxis({ name, role: 'spectral', size: channels });
  }
  return uniformAxis({
    name,
    unit: 'keV',
    role: 'spectral',
    size: channels,
    scale: dispersion / 1000,
    offset: offset / 1000,
    calibration: { origin: 'file' },
  });
}
