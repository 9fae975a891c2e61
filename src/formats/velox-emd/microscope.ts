import type { Metadata, Plain, PlainTree } from '../../signal/dataset.ts';
import { numberAt, textAt, treesIn } from '../json-tree.ts';

/** Zero stands for "not set" in these fields. */
const positive = (value: number | undefined) => (value !== undefined && value > 0 ? value : undefined);

const scaled = (value: number | undefined, factor: number) => (value === undefined ? undefined : value * factor);

/** The microscope, its stage and the time, from the metadata of one image, spectrum or stream. */
export function microscopeMetadata(tree: PlainTree): Metadata {
  return present({
    instrument: 'TEM',
    beam_energy_keV: scaled(positive(numberAt(tree, 'Optics', 'AccelerationVoltage')), 1e-3),
    magnification: numberAt(tree, 'CustomProperties', 'StemMagnification', 'value'),
    camera_length_mm: scaled(positive(numberAt(tree, 'Optics', 'CameraLength')), 1e3),
    convergence_angle_mrad: scaled(positive(numberAt(tree, 'Optics', 'BeamConvergence')), 1e3),
    dwell_time_s: positive(numberAt(tree, 'Scan', 'DwellTime')),
    microscope: textAt(tree, 'Instrument', 'InstrumentClass'),
    stage: stageOf(tree),
    ...startOf(tree),
  });
}

/** Positions in m, to the µm; tilts in degrees, to 0.001: what a goniometer repeats. The rest stands in the file's own tree. */
function stageOf(tree: PlainTree): PlainTree | undefined {
  const degrees = (key: string) => rounded(scaled(numberAt(tree, 'Stage', key), 180 / Math.PI), 1e3);
  const metres = (key: string) => rounded(numberAt(tree, 'Stage', 'Position', key), 1e6);
  const places = present({ x: metres('x'), y: metres('y'), z: metres('z') });
  const stage = present({
    tilt_alpha: degrees('AlphaTilt'),
    tilt_beta: degrees('BetaTilt'),
    ...places,
    ...Object.fromEntries(Object.keys(places).map((axis) => [`${axis}_units`, 'm'])),
  });
  return Object.keys(stage).length > 0 ? stage : undefined;
}

function rounded(value: number | undefined, per: number): number | undefined {
  return value === undefined ? undefined : Math.round(value * per) / per;
}

/** Seconds since 1970, or microseconds from the clock of the camera; UTC. */
function startOf(tree: PlainTree): PlainTree {
  const camera = numberAt(tree, 'CustomProperties', 'Detectors[BM-Ceta].TimeStamp', 'value');
  const seconds =
    positive(numberAt(tree, 'Acquisition', 'AcquisitionStartDatetime', 'DateTime')) ?? scaled(positive(camera), 1e-6);
  const moment = new Date((seconds ?? Number.NaN) * 1000);
  if (!Number.isFinite(moment.getTime())) return {};
  const [date, time] = moment.toISOString().split('T');
  return { date, time: time.slice(0, 8), time_zone: 'UTC' };
}

/** Detectors whose counts these are: the one of that name, or the segments of the detector that is called so. */
export function detectorsOf(tree: PlainTree): readonly PlainTree[] {
  const name = textAt(tree, 'BinaryResult', 'Detector');
  if (name === undefined) return [];
  const all = treesIn(tree.Detectors).map(([, detector]) => detector);
  const exact = all.filter((detector) => textAt(detector, 'DetectorName') === name);
  if (exact.length > 0) return exact.slice(0, 1);
  return all.filter((detector) => new RegExp(`^${escaped(name)}-?\\d+$`).test(textAt(detector, 'DetectorName') ?? ''));
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * Angles in degrees and times in s of an EDS detector. Of several segments what they have in common, and each on its own
 * under `segments`.
 */
export function edsDetector(detectors: readonly PlainTree[], frames?: number): PlainTree {
  const segments = detectors.map(oneDetector);
  const [first] = segments;
  const common = present({ number_of_frames: frames });
  for (const [key, value] of Object.entries(first ?? {})) {
    if (segments.every((segment) => segment[key] === value)) common[key] = value;
  }
  if (segments.length > 1) common.segments = segments;
  return common;
}

function oneDetector(detector: PlainTree): PlainTree {
  const degrees = (key: string) => rounded(scaled(numberAt(detector, key), 180 / Math.PI), 1e3);
  return present({
    name: textAt(detector, 'DetectorName'),
    elevation_angle: degrees('ElevationAngle'),
    azimuth_angle: degrees('AzimuthAngle'),
    solid_angle: positive(numberAt(detector, 'CollectionAngle')),
    live_time: positive(numberAt(detector, 'LiveTime')),
    real_time: positive(numberAt(detector, 'RealTime')),
  });
}

/** Without what the file does not say. */
export function present(entries: { readonly [key: string]: Plain | undefined }): PlainTree {
  return Object.fromEntries(Object.entries(entries).filter((item): item is [string, Plain] => item[1] !== undefined));
}
