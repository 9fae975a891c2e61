import type { Metadata, PlainTree } from '../../signal/dataset.ts';

const EDS: Readonly<Record<string, string>> = {
  'elevation-angle': 'elevation_angle',
  'azimuth-angle': 'azimuth_angle',
  'detector-peak-width-ev': 'energy_resolution_MnKa',
  'live-time': 'live_time',
};

/** The keys that HyperSpy adds to an `.rpl`, in our vocabulary; empty ones are absent. */
export function rippleMetadata(entries: Readonly<Record<string, string>>): Metadata {
  const number = (key: string) => {
    const text = entries[key];
    const value = Number(text);
    return text !== undefined && text !== '' && Number.isFinite(value) ? value : undefined;
  };
  const metadata: Metadata = {};
  const put = (tree: PlainTree, key: string, value: number | string | undefined) => {
    if (value !== undefined && value !== '') tree[key] = value;
  };
  put(metadata, 'beam_energy_keV', number('beam-energy'));
  put(metadata, 'convergence_angle_mrad', number('convergence-angle'));
  const stage: PlainTree = {};
  put(stage, 'tilt_alpha', number('tilt-stage'));
  const eels: PlainTree = {};
  put(eels, 'collection_angle', number('collection-angle'));
  const eds: PlainTree = {};
  for (const [key, name] of Object.entries(EDS)) put(eds, name, number(key));
  for (const [name, tree] of Object.entries({ stage, detector_EELS: eels, detector_EDS: eds })) {
    if (Object.keys(tree).length > 0) metadata[name] = tree;
  }
  const signal = entries.signal ?? '';
  const microscope = /^EDS_SEM$/i.test(signal) ? 'SEM' : /^(EDS|EELS)/i.test(signal) ? 'TEM' : undefined;
  if (microscope && Object.keys(metadata).length > 0) metadata.instrument = microscope;
  put(metadata, 'date', entries.date);
  put(metadata, 'time', entries.time);
  put(metadata, 'signal_type', signal);
  return metadata;
}
