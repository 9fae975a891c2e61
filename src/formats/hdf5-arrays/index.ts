import { defineFormat } from '../format.ts';
import { hdf5Promises } from '../hdf5/limits.ts';
import { isHdf5 } from '../hdf5/signature.ts';

/** HDF5 that no other reader knows: its arrays of numbers, with what HDF5, NeXus and pyUSID conventions say of their axes. */
export default defineFormat({
  id: 'hdf5-arrays',
  title: 'HDF5 of unknown kind (its arrays)',
  extensions: ['.h5', '.hdf5', '.hdf', '.he5', '.ptir', '.nxs'],
  // The least sure answer: every reader that knows the kind of the file comes before this one.
  sniff: (head) => (isHdf5(head) ? 'name' : 'no'),
  ...hdf5Promises,
  read: async (file) => (await import('./read.ts')).readHdf5Arrays(file),
});
