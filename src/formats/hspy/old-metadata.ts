import type { Plain, PlainTree } from '../../signal/dataset.ts';
import { emptyTree, isTree } from './vocabulary.ts';

/** Where the entries of `mapped_parameters` (format versions 1.0 and 1.1) went in later versions. */
const MOVED: Readonly<Record<string, readonly [string, string]>> = {
  title: ['General', 'title'],
  original_filename: ['General', 'original_filename'],
  date: ['General', 'date'],
  _datetime_date: ['General', 'date'],
  time: ['General', 'time'],
  _datetime_time: ['General', 'time'],
  record_by: ['Signal', 'record_by'],
  signal_origin: ['Signal', 'signal_origin'],
  signal_type: ['Signal', 'signal_type'],
};

/** The metadata tree of format version 3 from that of an older `version` (`mapped_parameters` before 1.2). */
export function modernMetadata(stored: PlainTree, version: number): PlainTree {
  const tree = version < 1.2 ? fromMappedParameters(stored) : stored;
  const instruments = tree.Acquisition_instrument;
  if (version < 3 && isTree(instruments)) {
    for (const name of ['SEM', 'TEM']) {
      const part = instruments[name];
      if (isTree(part)) moveStageAndExposure(part);
    }
  }
  return tree;
}

function moveStageAndExposure(microscope: PlainTree): void {
  const { tilt_stage: tilt } = microscope;
  if (tilt !== undefined) {
    microscope.Stage = Object.assign(emptyTree(), { tilt_alpha: tilt });
    delete microscope.tilt_stage;
  }
  for (const key of ['exposure', 'exposure_time']) {
    const exposure = microscope[key];
    if (exposure === undefined) continue;
    const detector = isTree(microscope.Detector) ? microscope.Detector : emptyTree();
    detector.Camera = Object.assign(emptyTree(), { exposure });
    microscope.Detector = detector;
    delete microscope[key];
  }
}

function fromMappedParameters(mapped: PlainTree): PlainTree {
  const tree = emptyTree();
  const put = (section: string, key: string, value: Plain) => {
    const part = tree[section];
    if (isTree(part)) part[key] = value;
    else tree[section] = Object.assign(emptyTree(), { [key]: value });
  };
  for (const [key, value] of Object.entries(mapped)) {
    const moved = Object.hasOwn(MOVED, key) ? MOVED[key] : undefined;
    if (moved) put(moved[0], moved[1], value);
    else if (key === 'TEM' || key === 'SEM') put('Acquisition_instrument', key, modernMicroscope(value));
    else if (key === '_internal_parameters') tree._HyperSpy = value;
    else tree[key] = value;
  }
  return tree;
}

/** The detector's groups and the dwell time stood beside the microscope's own entries. */
function modernMicroscope(value: Plain): Plain {
  if (!isTree(value)) return value;
  const part = emptyTree();
  const detector = emptyTree();
  for (const [key, entry] of Object.entries(value)) {
    if ((key === 'EELS' || key === 'EDS') && isTree(entry)) {
      for (const [name, field] of Object.entries(entry)) detector[name] = field;
    } else if (key === 'dwell_time' || key === 'dwell_time_units') detector[key] = entry;
    else part[key] = entry;
  }
  if (Object.keys(detector).length > 0) part.Detector = detector;
  return part;
}
