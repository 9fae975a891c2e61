import { defineFormat } from '../format.ts';
import { hdf5Promises } from '../hdf5/limits.ts';
import { isHdf5 } from '../hdf5/signature.ts';

/** NanoMegas TopSpin documents: series of diffraction patterns and images in HDF5, described in XML. Worked out from files. */
export default defineFormat({
  id: 'topspin-app5',
  title: 'NanoMegas TopSpin (App5)',
  extensions: ['.app5'],
  sniff: (head, name) => (isHdf5(head) ? 'likely' : name.toLowerCase().endsWith('.app5') ? 'name' : 'no'),
  ...hdf5Promises,
  probe: async (file) => (await import('./read.ts')).isTopSpin(file),
  read: async (file) => (await import('./read.ts')).readTopSpin(file),
});
