import { ELEMENTS } from '../../reference/index.ts';
import type { Metadata, PlainTree } from '../../signal/dataset.ts';
import { QUANTITY } from '../bruker-bcf/eds-vocabulary.ts';
import { onlyPositive } from '../diffraction-pattern.ts';
import type { Analysis, Conditions } from './project.ts';

/** Of an analysis, on top of what its image says: kV, mm, s, degrees, eV. */
export function analysisMetadata({ conditions, elements }: Analysis, image: Metadata): Metadata {
  const { highTension, workingDistance, tilt, instrument } = conditions;
  // The time that the image took at a pixel is none of the spectra.
  const { dwell_time_s: _, ...around } = image;
  const metadata: Metadata = { ...around, instrument: 'SEM', signal_type: 'EDS_SEM', quantity: QUANTITY };
  if (Number.isFinite(highTension) && highTension > 0) metadata.beam_energy_keV = highTension / 1e3;
  if (instrument !== '' && metadata.microscope === undefined) metadata.microscope = instrument;
  const distance = (workingDistance ?? Number.NaN) * 1e3;
  if (Number.isFinite(distance) && distance > 0) metadata.working_distance_mm = distance;
  if (tilt !== undefined && Number.isFinite(tilt)) {
    metadata.stage = { ...(image.stage as PlainTree | undefined), tilt_alpha: tilt };
  }
  metadata.detector_EDS = finite({
    azimuth_angle: conditions.azimuth,
    elevation_angle: conditions.elevation,
    energy_resolution_MnKa: conditions.resolution,
    ...timesOf(conditions),
  });
  const symbols = elements.flatMap((z) => ELEMENTS[z - 1]?.symbol ?? []);
  if (symbols.length > 0) metadata.elements = symbols;
  return metadata;
}

/** Is the live time of an analysis above the real time, of which it is a part? So the program writes those of maps. */
export const contradictsItself = ({ liveTime, realTime }: Conditions) => realTime > 0 && liveTime > realTime;

/** Absent where they are 0, as of spectra that were computed, or contradict each other: nothing tells which is wrong. */
function timesOf(conditions: Conditions): PlainTree {
  if (contradictsItself(conditions)) return {};
  return onlyPositive({ live_time: conditions.liveTime, real_time: conditions.realTime });
}

/** The numbers of the file, in its units. */
export function analysisOriginal({ kind, numbers, conditions, elements, scan }: Analysis, version: number): PlainTree {
  const { instrument, workingDistance, tilt, ...known } = conditions;
  const measured = { ...known, workingDistance: workingDistance ?? Number.NaN, tilt: tilt ?? Number.NaN };
  return {
    version,
    kind,
    numbers: [...numbers],
    elements: [...elements],
    instrument,
    ...finite(measured),
    ...(scan ? { frame: scan.frame.filter(Number.isFinite) } : {}),
  };
}

function finite(numbers: { readonly [key: string]: number }): PlainTree {
  return Object.fromEntries(Object.entries(numbers).filter(([, value]) => Number.isFinite(value)));
}
