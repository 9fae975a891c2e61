import type { Plain, PlainTree } from '../../signal/dataset.ts';
import { onlyPositive } from '../diffraction-pattern.ts';
import { attribute, child, type Element } from '../xml-tree.ts';
import type { Document } from './xml.ts';

/** The line that `usedWavelength` says was meant, and the element that holds its wavelength. */
const INTENDED: Readonly<Record<string, string>> = {
  'K-Alpha 1': 'kAlpha1',
  'K-Alpha 2': 'kAlpha2',
  'K-Beta': 'kBeta',
};

/** What a scan, and the measurement it belongs to, say of tube, detector, sample and time. */
export function scanMetadata(document: Document, measurement: Element, scan: Element): PlainTree {
  const { root } = document;
  const metadata: { [key: string]: Plain } = { signal_type: 'XRD' };
  const say = (key: string, text: string | undefined) => {
    if (text !== undefined && text.trim() !== '') metadata[key] = text.trim();
  };
  const tube = child(measurement, 'incidentBeamPath', 'xRayTube');
  const detector = child(measurement, 'diffractedBeamPath', 'detector');
  say('sample', document.text(child(root, 'sample'), 'name') || document.text(child(root, 'sample'), 'id'));
  say('anode', document.text(tube, 'anodeMaterial'));
  const model = attribute(detector, 'name');
  if (model) metadata['instrument_Detector'] = { model };
  say('scan_axis', attribute(scan, 'scanAxis'));
  say('scan_mode', attribute(scan, 'mode'));
  say('authors', document.text(child(scan, 'header', 'author'), 'name'));
  say('instrument', document.text(child(scan, 'header', 'source'), 'instrumentControlSoftware'));
  const quantity = (parent: Element | undefined, tag: string) => Number(document.text(parent, tag));
  const used = child(measurement, 'usedWavelength');
  const intended = attribute(used, 'intended') ?? '';
  const meant = Object.hasOwn(INTENDED, intended) ? INTENDED[intended] : undefined;
  Object.assign(
    metadata,
    onlyPositive({
      wavelength_angstrom: meant === undefined ? undefined : quantity(used, meant),
      wavelength_K_alpha1_angstrom: quantity(used, 'kAlpha1'),
      wavelength_K_alpha2_angstrom: quantity(used, 'kAlpha2'),
      wavelength_K_beta_angstrom: quantity(used, 'kBeta'),
      K_alpha2_to_K_alpha1: quantity(used, 'ratioKAlpha2KAlpha1'),
      tube_voltage_kV: quantity(tube, 'tension'),
      tube_current_mA: quantity(tube, 'current'),
      goniometer_radius_mm: quantity(child(measurement, 'diffractedBeamPath'), 'radius'),
    }),
    started(document.text(child(scan, 'header'), 'startTimeStamp')),
  );
  return metadata;
}

function started(text = ''): PlainTree {
  const match = /^\s*(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?\s*$/.exec(text.slice(0, 64));
  if (!match) return {};
  const [, date, time, zone] = match;
  if (zone === undefined) return { date, time };
  return { date, time, time_zone: zone === 'Z' ? 'UTC' : zone };
}
