import type { Metadata, Plain } from './dataset.ts';
import { canonicalUnit, convertUnit, isConvertible } from './units.ts';

/**
 * What the value of a condition may be: `element` and `elements` are symbols, `lines` X-ray lines as `Fe_Ka`, `date` is
 * `YYYY-MM-DD`, `time` `hh:mm:ss` with or without a fraction, `zone` `UTC` or `+02:00`; `noted` is whatever a program kept.
 */
export type TermKind =
  | 'number'
  | 'text'
  | 'texts'
  | 'element'
  | 'elements'
  | 'lines'
  | 'date'
  | 'time'
  | 'zone'
  | 'flag'
  | 'noted';

/** One condition of a measurement. */
export interface Term {
  /** Path in the metadata, its parts joined by dots; `detector_*` stands for a detector of any name. */
  readonly key: string;
  readonly kind: TermKind;
  readonly meaning: string;
  /** Of the number, unless an entry `<key>_units` beside it names the unit that the file has it in. */
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
}

export interface TermGroup {
  readonly title: string;
  readonly terms: readonly Term[];
}

const text = (key: string, meaning: string): Term => ({ key, kind: 'text', meaning });
const of = (kind: TermKind, key: string, meaning: string): Term => ({ key, kind, meaning });
const number = (key: string, unit: string, meaning: string, min?: number, max?: number): Term => ({
  key,
  kind: 'number',
  meaning,
  ...(unit ? { unit } : {}),
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
});
const measure = (key: string, unit: string, meaning: string) => number(key, unit, meaning, 0);

/**
 * The words that readers describe a measurement with, all of them. Names are those of HyperSpy where it has one, with the
 * unit in the name where that is no sub-tree. What else a file says stays in its own words under `original`.
 */
export const VOCABULARY: readonly TermGroup[] = [
  {
    title: 'What was measured',
    terms: [
      text('signal_type', 'technique, as the file or its format says: EELS, EDS_TEM, XRD, XPS, Raman, XAS, IR, NMR, …'),
      text('quantity', 'what a value is, with its unit in brackets'),
      text('record_by', 'HyperSpy 1: "spectrum" or "image"'),
      text('sample', 'name of the sample'),
      text('region', 'name of the region or of the line that was scanned'),
      of('elements', 'elements', 'elements that the file names'),
      of('lines', 'xray_lines', 'X-ray lines that the file names'),
      text('notes', 'comments of the user or the program'),
    ],
  },
  {
    title: 'When, where and by whom',
    terms: [
      of('date', 'date', 'day on which it began'),
      of('time', 'time', 'time at which it began'),
      of('zone', 'time_zone', 'zone of that time'),
      text('authors', 'who measured'),
      text('facility', 'institution or synchrotron'),
      text('beamline', 'beamline or station'),
      text('instrument', 'kind or name of the instrument: TEM, SEM, a diffractometer, an analyser'),
      text('microscope', 'name of the microscope'),
    ],
  },
  {
    title: 'How it was scanned',
    terms: [
      measure('dwell_time_s', 's', 'time of measuring at one point of a map or of a scan'),
      measure('scans', '', 'sweeps that were added'),
      text('acquisition_mode', 'mode of the microscope or of the analyser: TEM, STEM, Swept, …'),
      text('scan_axis', 'what moved: 2Theta, Gonio, …'),
      text('scan_mode', 'continuous or by steps'),
    ],
  },
  {
    title: 'Electron beam',
    terms: [
      number('beam_energy_keV', 'keV', 'energy of the electrons', 0.01, 2000),
      measure('beam_current_nA', 'nA', 'current in the probe'),
      measure('convergence_angle_mrad', 'mrad', 'half-angle of the probe'),
      measure('magnification', '', 'as the microscope shows it'),
      measure('camera_length_mm', 'mm', 'camera length'),
      measure('working_distance_mm', 'mm', 'from the lens to the sample'),
      number('precession_angle_deg', '°', 'half-angle of the cone on which the beam turns', 0, 90),
      measure('precession_frequency_Hz', 'Hz', 'how often it turns'),
    ],
  },
  {
    title: 'Stage',
    terms: [
      number('stage.x', 'mm', 'position'),
      number('stage.y', 'mm', 'position'),
      number('stage.z', 'mm', 'position'),
      number('stage.tilt_alpha', '°', 'first tilt', -360, 360),
      number('stage.tilt_beta', '°', 'second tilt', -360, 360),
      number('stage.rotation', '°', 'rotation', -360, 360),
    ],
  },
  {
    title: 'Detectors: detector_EDS, detector_EELS, detector_Camera, detector_MCA (multichannel analyser)',
    terms: [
      number('detector_*.elevation_angle', '°', 'take-off: above the plane of the stage', -90, 90),
      number('detector_*.azimuth_angle', '°', 'around the beam', -360, 360),
      number('detector_*.solid_angle', 'sr', 'solid angle', 0, 4 * Math.PI),
      measure('detector_*.live_time', 's', 'time without dead time, over all pixels'),
      measure('detector_*.real_time', 's', 'time by the clock, over all pixels'),
      measure('detector_*.energy_resolution_MnKa', 'eV', 'full width at half maximum at Mn Kα'),
      measure('detector_*.collection_angle', 'mrad', 'half-angle that enters the spectrometer'),
      measure('detector_*.aperture_size', 'mm', 'entrance aperture of the spectrometer'),
      measure('detector_*.dwell_time', 's', 'time of one read-out of a serial spectrometer'),
      measure('detector_*.exposure', 's', 'time of one frame'),
      measure('detector_*.number_of_frames', '', 'scans of the map that were added'),
      measure('detector_*.frame_number', '', 'read-outs that were added at each pixel'),
      number('detector_*.intensity_scale', '', 'value of one count'),
      number('detector_*.intensity_offset', '', 'value of no count'),
      number('detector_*.two_theta', '°', 'scattering angle at which it stands', -180, 180),
      text('detector_*.detector_type', 'model'),
      text('detector_*.detector_serial', 'serial number'),
      text('detector_*.window', 'kind of window'),
      text('detector_*.name', 'name in the instrument'),
      text('detector_*.Name', 'name in the instrument, as TIA has it'),
      text('detector_*.detector', 'name, as users of HyperSpy note it'),
      text('detector_*.EDS_det', 'kind of window and crystal, as EMSA files code it'),
      text('detector_*.spectrometer', 'model of the spectrometer'),
      of('noted', 'detector_*.segments', 'name, elevation and azimuth of each segment'),
    ],
  },
  {
    title: 'X-rays and neutrons',
    terms: [
      number('wavelength_angstrom', 'Å', 'wavelength that the angles are to be taken with', 0.01, 100),
      number('wavelength_K_alpha1_angstrom', 'Å', 'of Kα1 of the anode', 0.01, 100),
      number('wavelength_K_alpha2_angstrom', 'Å', 'of Kα2 of the anode', 0.01, 100),
      number('wavelength_K_beta_angstrom', 'Å', 'of Kβ of the anode', 0.01, 100),
      measure('K_alpha2_to_K_alpha1', '', 'ratio of their intensities'),
      text('radiation', 'neutron, synchrotron, …'),
      of('element', 'anode', 'element of the anode'),
      measure('tube_voltage_kV', 'kV', 'voltage of the tube'),
      measure('tube_current_mA', 'mA', 'current of the tube'),
      measure('goniometer_radius_mm', 'mm', 'from sample to detector'),
    ],
  },
  {
    title: 'Photoelectrons',
    terms: [
      text('source', 'name of the source, or its anode'),
      number('source_energy_eV', 'eV', 'energy of the photons', 1, 1e6),
      number('pass_energy_eV', 'eV', 'pass energy of the analyser', 0.01, 1e5),
      number('retarding_ratio', '', 'of an analyser at constant ratio', 0),
      number('work_function_eV', 'eV', 'work function of the analyser, as the file has it', -100, 100),
      text('energy_axis', '"binding", "kinetic" or "excitation": what the energies of the file are'),
      text('analyser_mode', 'what is held constant in a scan: FAT, FRR, …'),
      text('lens_mode', 'mode of the lens of the analyser'),
      number('mass_resolution', '', 'of a mass spectrometer', 0),
      number('sputtering_energy_eV', 'eV', 'energy of the ions', 0),
    ],
  },
  {
    title: 'X-ray absorption',
    terms: [
      of('element', 'element', 'that absorbs'),
      text('edge', 'K, L1, L2, L3, M1, …'),
      number('e0_eV', 'eV', 'energy of the edge that the file was evaluated with'),
      number('energy_shift_eV', 'eV', 'shift of the energies that the file was evaluated with'),
      text('mono', 'crystal of the monochromator'),
      number('mono_d_spacing_angstrom', 'Å', 'spacing of its planes', 0.3, 100),
      measure('scattering_path.index', '', 'number of a path of FEFF'),
      measure('scattering_path.nleg', '', 'its legs'),
      measure('scattering_path.deg', '', 'paths of this kind'),
      measure('scattering_path.reff', 'Å', 'half of its length'),
      measure('scattering_path.rnrmav', 'bohr', 'average Norman radius'),
      of('noted', 'scattering_path.geometry', 'its atoms: x, y and z in Å, potential, symbol'),
    ],
  },
  {
    title: 'Light: instrument_Laser, instrument_Spectrometer, instrument_Detector',
    terms: [
      number('instrument_Laser.wavelength', 'nm', 'wavelength of the laser', 1, 1e5),
      measure('instrument_Laser.objective_magnification', '', 'magnification of the objective'),
      number('instrument_Laser.Filter.transmission', '', 'part of the light that passes', 0, 1),
      number('instrument_Laser.Polarizer.angle', '°', 'angle'),
      text('instrument_Laser.Polarizer.polarizer_type', 'kind'),
      text('instrument_Microscope.objective', 'name of the objective'),
      text('instrument_Spectrometer.model', 'model'),
      text('instrument_Spectrometer.spectral_range', 'range that is set'),
      text('instrument_Spectrometer.acquisition_mode', 'serial or parallel'),
      number('instrument_Spectrometer.central_wavelength', 'nm', 'wavelength in the middle of the detector'),
      measure('instrument_Spectrometer.blazing_wavelength', 'nm', 'blaze of the grating'),
      measure('instrument_Spectrometer.groove_density', '1/mm', 'grooves of the grating'),
      text('instrument_Spectrometer.Grating', 'grating'),
      measure('instrument_Spectrometer.Grating.groove_density', '1/mm', 'grooves of the grating'),
      of('noted', 'instrument_Spectrometer.Grating.blazing_wavelength', 'blaze of the grating: nm, or a name'),
      measure('instrument_Spectrometer.entrance_slit_width', 'mm', 'entrance slit'),
      measure('instrument_Spectrometer.exit_slit_width', 'mm', 'exit slit'),
      measure('instrument_Spectrometer.pinhole_um', 'µm', 'pinhole'),
      measure('instrument_Spectrometer.resolution_per_cm', '1/cm', 'resolution'),
      text('instrument_Spectrometer.Filter.filter_type', 'kind'),
      number('instrument_Spectrometer.Polarizer.angle', '°', 'angle'),
      text('instrument_Spectrometer.Polarizer.polarizer_type', 'kind'),
      text('instrument_Detector.model', 'model'),
      text('instrument_Detector.detector_type', 'kind: CCD, PMT, …'),
      text('instrument_Detector.acquisition_mode', 'counting of photons, integration, …'),
      measure('instrument_Detector.exposure_per_frame', 's', 'time of one frame'),
      measure('instrument_Detector.frames', '', 'frames that were added'),
      measure('instrument_Detector.integration_time', 's', 'time of all frames'),
      measure('instrument_Detector.delay_time', 's', 'between frames'),
      measure('instrument_Detector.time_range', 's', 'range of a streak camera'),
      measure('instrument_Detector.mcp_gain', '', 'gain of a multichannel plate'),
      number('instrument_Detector.temperature', '°C', 'temperature of the detector', -273.15, 500),
      measure('instrument_Detector.pixel_size', 'mm', 'size of a pixel'),
      of('noted', 'instrument_Detector.binning', 'pixels that were added'),
      of('noted', 'instrument_Detector.sensor_roi', 'part of the sensor: top, left, bottom, right'),
      of('noted', 'instrument_Detector.saturation_fraction', 'part of full scale that the brightest pixel reached'),
      of('flag', 'instrument_Detector.glued_spectrum', 'made of several windows'),
      of('noted', 'instrument_Detector.processing', 'what the program did to the spectrum'),
      text('instrument_Spectrum_image.mode', 'kind of scan of DigitalMicrograph'),
      measure('instrument_Spectrum_image.drift_correction_periodicity', '', 'how often drift was corrected'),
      text('instrument_Spectrum_image.drift_correction_units', 'unit of that'),
    ],
  },
  {
    title: 'Sample and crystal',
    terms: [
      measure('temperature_K', 'K', 'temperature of the sample'),
      text('chemical_formula', 'formula'),
      text('space_group', 'Hermann-Mauguin symbol'),
      number('space_group_number', '', 'number in the International Tables', 1, 230),
      measure('cell.a_angstrom', 'Å', 'edge of the cell'),
      measure('cell.b_angstrom', 'Å', 'edge of the cell'),
      measure('cell.c_angstrom', 'Å', 'edge of the cell'),
      number('cell.alpha_deg', '°', 'angle of the cell', 0, 180),
      number('cell.beta_deg', '°', 'angle of the cell', 0, 180),
      number('cell.gamma_deg', '°', 'angle of the cell', 0, 180),
      of('texts', 'atom_labels', 'of each row of a table of atoms'),
      of('texts', 'atom_types', 'of each row of a table of atoms'),
    ],
  },
  {
    title: 'Magnetic resonance',
    terms: [measure('observe_frequency_MHz', 'MHz', 'frequency of the observed nucleus')],
  },
];

const TERMS: ReadonlyMap<string, Term> = new Map(
  VOCABULARY.flatMap(({ terms }) => terms.map((term) => [term.key, term])),
);

/**
 * The term of a path in the metadata, if it is one; all that lies under a `noted` one belongs to it. Of a spectrometer of several
 * stages each has its number behind: `instrument_Spectrometer_2`.
 */
export function termOf(path: string): Term | undefined {
  const key = path.replace(/^detector_[^.]+/, 'detector_*').replace(/^(instrument_Spectrometer)_\d+(?=\.)/, '$1');
  const term = TERMS.get(key);
  if (term) return term;
  for (let dot = key.lastIndexOf('.'); dot > 0; dot = key.lastIndexOf('.', dot - 1)) {
    const above = TERMS.get(key.slice(0, dot));
    if (above?.kind === 'noted') return above;
  }
  return undefined;
}

export interface Condition {
  readonly path: string;
  readonly value: Plain;
  /** Of a number: the unit that it is in. */
  readonly unit?: string;
}

const isTree = (value: Plain): value is { [key: string]: Plain } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The leaves of the metadata in their order, each with its unit. Units that a file names are those of their numbers. */
export function conditionsOf(metadata: Metadata, within = ''): Condition[] {
  return Object.entries(metadata).flatMap(([key, value]): Condition[] => {
    const path = `${within}${key}`;
    if (isTree(value)) return conditionsOf(value, `${path}.`);
    if (isUnitOfAnother(key, metadata)) return [];
    const named = metadata[`${key}_units`];
    const unit = typeof named === 'string' ? named : termOf(path)?.unit;
    return [{ path, value, ...(typeof value === 'number' && unit ? { unit } : {}) }];
  });
}

const UNITS_OF = '_units';

function isUnitOfAnother(key: string, tree: Metadata): boolean {
  return key.endsWith(UNITS_OF) && typeof tree[key.slice(0, -UNITS_OF.length)] === 'number';
}

/**
 * The condition that a word of the vocabulary stands for, a number in its unit; undefined where it is unknown, or in a unit
 * that cannot be brought to that one. `detector_*` is the first detector that has it.
 */
export function conditionOf(metadata: Metadata, key: string): Condition | undefined {
  const wanted = TERMS.get(key)?.unit;
  const found = conditionsOf(metadata).find(({ path }) => path === key || termOf(path)?.key === key);
  if (typeof found?.value !== 'number' || !wanted || !found.unit) return found;
  if (canonicalUnit(found.unit) === wanted) return { ...found, unit: wanted };
  if (!isConvertible(found.unit, wanted)) return undefined;
  return { ...found, value: convertUnit(found.value, found.unit, wanted), unit: wanted };
}

/** The same where it is a number. */
export function numberOf(metadata: Metadata, key: string): number | undefined {
  const value = conditionOf(metadata, key)?.value;
  return typeof value === 'number' ? value : undefined;
}
