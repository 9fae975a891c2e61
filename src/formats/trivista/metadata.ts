import type { Metadata, Plain, PlainTree } from '../../signal/dataset.ts';
import { plainNumber } from '../plain-number.ts';
import { invariantMoment } from '../written-date.ts';
import { attribute, child, children, type Element } from '../xml-tree.ts';
import { type Settings, setting } from './settings.ts';

/** Spectrometer (mm, nm), detector (s, °C), laser (nm) and date as VistaControl notes them; what it does not say is absent. */
export function triVistaMetadata(root: Element, document: Element, settings: Settings, glued: boolean): Metadata {
  const number = (heading: string, name: string) => plainNumber(setting(settings, heading, name) ?? '');
  const exposure = scaled(number('Detector', 'Exposure_Time_(ms)'), 1000);
  const frames = number('Detector', 'No_of_Accumulations');
  const average = flag(setting(settings, 'Detector', 'Calc_Average'));
  const laser = number('Calibration', 'Laser_Wavelength') ?? plainNumber(laserWave(document));
  return pruned({
    instrument_Detector: pruned({
      processing: pruned({ calc_average: average }),
      glued_spectrum: glued,
      temperature: number('Detector', 'Detector_Temperature'),
      frames,
      exposure_per_frame: exposure,
      integration_time: integrationTime(exposure, frames, average),
    }),
    instrument_Laser: pruned({ wavelength: positive(laser), objective_magnification: magnification(root) }),
    ...spectrometers(root, settings),
    ...invariantMoment(attribute(document, 'RecordTime') ?? ''),
    quantity: quantityOf(attribute(document, 'Label'), attribute(document, 'DataLabel')),
  });
}

/** Of accumulated exposures; averaged ones count as one. */
function integrationTime(exposure?: number, frames?: number, average?: boolean): number | undefined {
  if (exposure === undefined || average) return exposure;
  return frames === undefined ? undefined : exposure * frames;
}

function laserWave(document: Element): string {
  return attribute(child(document, 'xDim', 'Calibration'), 'LaserWave') ?? '';
}

/** Of the objective in use, where one microscope of the set-up has one. */
function magnification(root: Element): number | undefined {
  const used = children(child(root, 'Hardware', 'Microscopes'), 'Microscope').flatMap((microscope) => {
    const index = plainNumber(attribute(microscope, 'ActiveObjectiveIndex') ?? '');
    const objective = index === undefined ? undefined : children(child(microscope, 'Objectives'), 'Objective')[index];
    return attribute(objective, 'IsEnabled') === 'True' ? [objective] : [];
  });
  return used.length === 1 ? positive(plainNumber(attribute(used[0], 'Magnification') ?? '')) : undefined;
}

/** One is `instrument_Spectrometer`; of several stages each has its number behind. */
function spectrometers(root: Element, settings: Settings): PlainTree {
  const used = settings.groups.flatMap(({ name, groups }) => (name === 'Spectrometers' ? groups : []));
  const central = plainNumber(setting(settings, 'Calibration', 'Center_Wavelength') ?? '');
  const known = children(child(root, 'Hardware', 'Spectrometers'), 'Spectrometer');
  const entries = used.map(({ items }, i): [string, PlainTree] => {
    const serial = items.get('Serialnumber') ?? '';
    const hardware = known.find((each) => attribute(each, 'Serialnumber') === serial);
    const grooves = plainNumber(/^[\d.]+(?= ?g\/mm$)/.exec(items.get('Groove_Density') ?? '')?.[0] ?? '');
    const described = pruned({
      model: items.get('Model') || undefined,
      Grating: pruned({ groove_density: grooves, blazing_wavelength: blaze(hardware, items.get('Groove_Density')) }),
      entrance_slit_width: slit(items, hardware, 'Entrance'),
      exit_slit_width: slit(items, hardware, 'Exit'),
      central_wavelength: positive(central),
    });
    const stage = items.get('Stage_Number') || String(i + 1);
    return [used.length === 1 ? 'instrument_Spectrometer' : `instrument_Spectrometer_${stage}`, described];
  });
  return Object.fromEntries(entries);
}

/** In nm, or in the words of the maker. */
function blaze(hardware: Element | undefined, grooves: string | undefined): Plain | undefined {
  const gratings = children(child(hardware, 'Gratings'), 'Grating');
  const text = attribute(
    gratings.find((grating) => attribute(grating, 'GrooveDensity') === grooves),
    'Blaze',
  );
  return plainNumber(/^[\d.]+(?= ?nm$)/i.exec(text ?? '')?.[0] ?? '') ?? text;
}

/** In mm: the one on the side to which the mirror turns; 0 is written where none is. */
function slit(items: ReadonlyMap<string, string>, hardware: Element | undefined, end: 'Entrance' | 'Exit') {
  const side = attribute(child(hardware, `Mirror${end}`), 'Position') === 'side' ? 'Side' : 'Front';
  return scaled(positive(plainNumber(items.get(`Slit_${end}-${side}`) ?? '')), 1000);
}

function quantityOf(label: string | undefined, unit: string | undefined): string | undefined {
  if (label === undefined) return undefined;
  return unit === undefined ? label : `${label} (${unit})`;
}

const flag = (text: string | undefined) => (text === 'True' ? true : text === 'False' ? false : undefined);
const positive = (value: number | undefined) => (value !== undefined && value > 0 ? value : undefined);
const scaled = (value: number | undefined, by: number) => (value === undefined ? undefined : value / by);

/** Without what is not known. */
function pruned(sparse: { readonly [key: string]: Plain | undefined }): PlainTree {
  const known = Object.entries(sparse).filter((entry): entry is [string, Plain] => {
    const value = entry[1];
    if (value === undefined) return false;
    return typeof value !== 'object' || value === null || Object.keys(value).length > 0;
  });
  return Object.fromEntries(known);
}
