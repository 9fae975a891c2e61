import { defineFormat } from '../format.ts';
import { hdf5Promises } from '../hdf5/limits.ts';
import { isHdf5 } from '../hdf5/signature.ts';

/** Cathodoluminescence of Delmic SPARC microscopes, as Odemis saves it (the SVI layout in HDF5), checked on files. */
export default defineFormat({
  id: 'delmic-h5',
  title: 'Delmic (Odemis HDF5)',
  extensions: ['.h5', '.hdf5'],
  sniff: (head) => (isHdf5(head) ? 'likely' : 'no'),
  ...hdf5Promises,
  probe: async (file) => (await import('./read.ts')).isDelmicFile(file),
  read: async (file) => (await import('./read.ts')).readDelmic(file),
});
