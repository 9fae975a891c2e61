import type { Metadata, Plain } from '../../signal/dataset.ts';
import { isoDate, isoTime } from './dates.ts';
import { numberAt, summarise, tagAt, textAt } from './lookup.ts';
import type { TagGroup } from './tags.ts';

export type SignalType = 'EELS' | 'EDS_TEM' | 'EDS_SEM' | 'CL' | '';

/** What an image's tags say it was measured with: `Meta Data.Signal`, or the presence of a Monarc spectrometer. */
export function signalType(tags: TagGroup | undefined): SignalType {
  switch (textAt(tags, 'Meta Data', 'Signal')) {
    case 'EELS':
      return 'EELS';
    case 'X-ray':
      return illumination(tags) === 'SEM' ? 'EDS_SEM' : 'EDS_TEM';
    case 'CL':
      return 'CL';
    default:
      return tagAt(tags, 'Acquisition', 'Monarc Spectrometer') === undefined ? '' : 'CL';
  }
}

/**
 * Acquisition conditions from the tags of one image. Angles in mrad, energies in keV, stage positions in mm (the tags are
 * in µm), dwell time in s (the tag is in µs). `warnings` receives what the user should know.
 */
export function readMetadata(
  tags: TagGroup | undefined,
  type: SignalType,
  intensityUnit: string,
  warnings: string[],
): Metadata {
  const metadata: Metadata = Object.create(null);
  addMicroscope(metadata, tags, warnings);
  if (type === 'EELS') addEels(metadata, tags, warnings);
  if (type === 'EDS_TEM' || type === 'EDS_SEM') addEds(metadata, tags, warnings);
  if (type === 'CL') addCathodoluminescence(metadata, tags);
  addDate(metadata, tags, type, warnings);
  set(metadata, 'authors', textAt(tags, 'Session Info', 'Operator'));
  if (type) metadata['signal_type'] = type;
  metadata['quantity'] = quantity(type, intensityUnit);
  return metadata;
}

function addMicroscope(metadata: Metadata, tags: TagGroup | undefined, warnings: string[]): void {
  const info = (name: string) => numberAt(tags, 'Microscope Info', name);
  const mode = illumination(tags);
  const voltage = info('Voltage');
  if (tagAt(tags, 'Microscope Info') !== undefined) metadata['instrument'] = mode === 'SEM' ? 'SEM' : 'TEM';
  if (voltage === 0) warnings.push('beam energy 0 means not set');
  else if (voltage !== undefined) metadata['beam_energy_keV'] = voltage / 1000;
  set(metadata, 'acquisition_mode', mode);
  set(metadata, 'beam_current_nA', info('Probe Current (nA)'));
  const diffraction = /DIFFRACTION/i.test(textAt(tags, 'Microscope Info', 'Operation Mode') ?? '');
  if (mode === 'TEM' && diffraction) set(metadata, 'camera_length_mm', info('Indicated Magnification'));
  else set(metadata, 'magnification', info('Indicated Magnification'));
  if (mode !== 'TEM') set(metadata, 'camera_length_mm', info('STEM Camera Length'));
  const sample = numberAt(tags, 'DigiScan', 'Sample Time');
  if (sample !== undefined) metadata['dwell_time_s'] = sample * 1e-6;
  const stage = (name: string) => numberAt(tags, 'Microscope Info', 'Stage Position', name);
  const millimetres = (value: number | undefined) => (value === undefined ? undefined : value / 1000);
  addTree(metadata, 'stage', {
    tilt_alpha: stage('Stage Alpha'),
    tilt_beta: stage('Stage Beta'),
    x: millimetres(stage('Stage X')),
    y: millimetres(stage('Stage Y')),
    z: millimetres(stage('Stage Z')),
  });
}

/** "STEM NANOPROBE" is STEM; undefined when the file does not say. */
function illumination(tags: TagGroup | undefined): 'STEM' | 'SEM' | 'TEM' | undefined {
  const text = textAt(tags, 'Microscope Info', 'Illumination Mode');
  const match = /\b(STEM|SEM|TEM)\b/i.exec(text ?? '');
  return match?.[1].toUpperCase() as 'STEM' | 'SEM' | 'TEM' | undefined;
}

function addEels(metadata: Metadata, tags: TagGroup | undefined, warnings: string[]): void {
  const condition = (name: string) => numberAt(tags, 'EELS', 'Experimental Conditions', `${name} semi-angle (mrad)`);
  const convergence = condition('Convergence');
  const collection = condition('Collection');
  set(metadata, 'convergence_angle_mrad', convergence);
  if (convergence === 0) warnings.push('convergence angle 0 means not set');
  if (collection === 0) warnings.push('collection angle 0 means not set');
  const aperture = Number.parseFloat(textAt(tags, 'EELS Spectrometer', 'Aperture label') ?? '');
  addTree(metadata, 'detector_EELS', {
    collection_angle: collection,
    frame_number: numberAt(tags, 'EELS', 'Acquisition', 'Number of frames'),
    aperture_size: Number.isFinite(aperture) ? aperture : undefined,
    spectrometer: textAt(tags, 'EELS Spectrometer', 'Instrument name'),
  });
}

/** Times stand under `EDS`, or under `EDS.Data` in files of newer versions. */
function addEds(metadata: Metadata, tags: TagGroup | undefined, warnings: string[]): void {
  const time = (name: string) => numberAt(tags, 'EDS', name) ?? numberAt(tags, 'EDS', 'Data', `${name} (s)`);
  const [live, real] = [time('Live time'), time('Real time')];
  if (live !== undefined && live === real)
    warnings.push('the live time equals the real time: no dead time was recorded');
  addTree(metadata, 'detector_EDS', {
    azimuth_angle: numberAt(tags, 'EDS', 'Detector Info', 'Azimuthal angle'),
    elevation_angle: numberAt(tags, 'EDS', 'Detector Info', 'Elevation angle'),
    live_time: live,
    real_time: real,
  });
}

function addCathodoluminescence(metadata: Metadata, tags: TagGroup | undefined): void {
  const mode = textAt(tags, 'Meta Data', 'Acquisition Mode');
  addTree(metadata, 'instrument_Spectrometer', { acquisition_mode: mode });
  const camera = (name: string) => tagAt(tags, 'Acquisition', 'Parameters', 'High Level', name);
  addTree(metadata, 'instrument_Detector', {
    detector_type: mode?.startsWith('Serial') ? 'PMT' : mode?.startsWith('Parallel') ? 'CCD' : undefined,
    frames: numberAt(tags, 'CL', 'Acquisition', 'Number of frames'),
    saturation_fraction: numbers(tagAt(tags, 'CL', 'Acquisition', 'Saturation fraction')),
    binning: numbers(camera('Binning')),
    sensor_roi: numbers(camera('CCD Read Area')),
    processing: textAt(tags, 'Acquisition', 'Parameters', 'High Level', 'Processing'),
  });
  const drift = ['SI', 'Acquisition', 'Artefact Correction', 'Spatial Drift'] as const;
  addTree(metadata, 'instrument_Spectrum_image', {
    mode: textAt(tags, 'SI', 'Acquisition', 'SI Application Mode', 'Name'),
    drift_correction_periodicity: numberAt(tags, ...drift, 'Periodicity'),
    drift_correction_units: textAt(tags, ...drift, 'Units'),
  });
}

function addDate(metadata: Metadata, tags: TagGroup | undefined, type: SignalType, warnings: string[]): void {
  const own = type.startsWith('EDS') ? 'EDS' : type;
  const places: [string[], string, string][] = [
    [[own, 'Acquisition'], 'Date', 'Start time'],
    [['SI', 'Acquisition'], 'Date', 'Start time'],
    [['DataBar'], 'Acquisition Date', 'Acquisition Time'],
    [['CL', 'Acquisition'], 'Acquisition begin', ''],
  ];
  for (const [path, dateName, timeName] of places) {
    const text = textAt(tags, ...path, dateName);
    if (text === undefined) continue;
    const clock = textAt(tags, ...path, timeName) ?? '';
    const parsed = isoDate(text, clock);
    if (!parsed) {
      warnings.push(`the acquisition date "${text}" could not be read`);
      continue;
    }
    if (parsed.ambiguous)
      warnings.push(`the date "${text}" was read as ${parsed.date}: day and month may be exchanged`);
    metadata['date'] = parsed.date;
    set(metadata, 'time', isoTime(clock));
    return;
  }
}

function quantity(type: SignalType, unit: string): string {
  const electrons = unit === 'e-';
  const name = type.startsWith('EDS') ? 'X-rays' : electrons ? 'Electrons' : 'Intensity';
  const shown = electrons ? 'Counts' : unit;
  return shown ? `${name} (${shown})` : name;
}

/** One number, or a list of them. */
function numbers(tag: ReturnType<typeof tagAt>): Plain | undefined {
  if (typeof tag === 'number') return Number.isFinite(tag) ? tag : undefined;
  if (typeof tag !== 'object') return undefined;
  if (tag.kind === 'struct') return summarise(tag.fields.map(Number));
  return tag.kind === 'array' && tag.values ? summarise(tag.values) : undefined;
}

function set(metadata: Metadata, key: string, value: Plain | undefined): void {
  if (value !== undefined) metadata[key] = value;
}

function addTree(metadata: Metadata, key: string, entries: Record<string, Plain | undefined>): void {
  const tree: Metadata = Object.create(null);
  for (const [name, value] of Object.entries(entries)) set(tree, name, value);
  if (Object.keys(tree).length > 0) metadata[key] = tree;
}
