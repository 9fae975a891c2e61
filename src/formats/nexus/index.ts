import { defineFormat } from '../format.ts';
import { hdf5Promises } from '../hdf5/limits.ts';
import { isHdf5 } from '../hdf5/signature.ts';

/**
 * NeXus in HDF5: the NXdata groups of a file, after the rules of the NeXus manual (NXdata of 2014 and later: `signal` and
 * `axes` of the group; before: of the datasets).
 */
export default defineFormat({
  id: 'nexus',
  title: 'NeXus (NXdata)',
  extensions: ['.nxs', '.nx', '.h5'],
  sniff: (head, name) => (isHdf5(head) ? 'likely' : name.toLowerCase().endsWith('.nxs') ? 'name' : 'no'),
  ...hdf5Promises,
  probe: async (file) => (await import('./read.ts')).isNexusFile(file),
  read: async (file) => (await import('./read.ts')).readNexus(file),
  encode: async (dataset) => (await import('./encode.ts')).encodeNexus(dataset),
});
