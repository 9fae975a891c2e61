import type { Metadata, Plain, PlainTree } from '../../signal/dataset.ts';
import type { Header } from './header.ts';
import { COUNTS } from './quantities.ts';

/** Property sets by the letters of their block. */
export type Properties = Readonly<Record<string, PlainTree>>;

/** Laser (nm), detector (s), spectrometer and date (UTC) as WiRE noted them. */
export function wdfMetadata(header: Header, properties: Properties): Metadata {
  const { WXDM: measurement = {}, WXCS: calibration = {}, WXIS: state = {} } = properties;
  const scan = treeWith(measurement, 'Exposure Time', 8) ?? {};
  const ccd = tree(calibration.CCD);
  const lasers = Object.values(tree(calibration.Lasers)).map(tree);
  const gratings = Object.values(tree(calibration.Gratings)).map(tree);
  const wavenumber = positive(lasers[0]?.Wavenumber) ?? positive(header.laserWavenumber);
  const frames = positive(scan.Accumulations);
  const exposure = positive(scan['Exposure Time']);
  const cosmic = number(scan['Use Cosmic Ray Remove']);
  const grooves = gratings
    .flatMap((grating) => Object.values(grating).map(tree))
    .map((line) => positive(line['Groove Density (lines/mm)']))
    .find((density) => density !== undefined);
  const model = word(ccd.CCD);
  const temperature = number(ccd['Target temperature']);
  return prune({
    instrument_Laser: { wavelength: wavenumber === undefined ? undefined : 1e7 / wavenumber },
    instrument_Detector: {
      detector_type: model === undefined ? undefined : 'CCD',
      model,
      temperature,
      frames,
      integration_time: exposure === undefined || frames === undefined ? undefined : (exposure * frames) / 1000,
      exposure_per_frame: exposure === undefined ? undefined : exposure / 1000,
      processing: { cosmic_ray_removal: cosmic },
    },
    instrument_Spectrometer: { Grating: { groove_density: grooves } },
    instrument_Microscope: { objective: word(tree(state.Microscope)['#1023']) },
    date: header.started?.[0],
    time: header.started?.[1],
    quantity: header.unit === COUNTS ? 'Intensity (Counts)' : undefined,
  });
}

type Sparse = { [key: string]: Plain | undefined | Sparse };

/** Without what is not known. */
function prune(sparse: Sparse): PlainTree {
  const entries: [string, Plain][] = [];
  for (const [key, value] of Object.entries(sparse)) {
    if (value === undefined) continue;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) entries.push([key, value]);
    else {
      const branch = prune(value as Sparse);
      if (Object.keys(branch).length > 0) entries.push([key, branch]);
    }
  }
  return Object.fromEntries(entries);
}

function tree(plain: Plain | undefined): PlainTree {
  return typeof plain === 'object' && plain !== null && !Array.isArray(plain) ? plain : {};
}

/** The first set, from the outside in, that has `key`. */
function treeWith(node: PlainTree, key: string, depth: number): PlainTree | undefined {
  if (Object.hasOwn(node, key)) return node;
  if (depth === 0) return undefined;
  for (const value of Object.values(node)) {
    const found = treeWith(tree(value), key, depth - 1);
    if (found) return found;
  }
  return undefined;
}

const word = (plain: Plain | undefined) => (typeof plain === 'string' && plain !== '' ? plain : undefined);
const number = (plain: Plain | undefined) => (typeof plain === 'number' && Number.isFinite(plain) ? plain : undefined);
const positive = (plain: Plain | undefined) => {
  const value = number(plain);
  return value !== undefined && value > 0 ? value : undefined;
};
