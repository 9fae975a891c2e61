import { defineFormat } from '../format.ts';
import { hdf5Promises } from '../hdf5/limits.ts';
import { isHdf5 } from '../hdf5/signature.ts';

/**
 * Exports of Oxford Instruments AZtec in HDF5, after the public specification (github.com/oinanoanalysis/h5oina, versions 1
 * to 8).
 */
export default defineFormat({
  id: 'oxford-h5oina',
  title: 'Oxford Instruments AZtec (H5OINA)',
  extensions: ['.h5oina'],
  sniff: (head, name) => (isHdf5(head) ? 'likely' : name.toLowerCase().endsWith('.h5oina') ? 'name' : 'no'),
  ...hdf5Promises,
  probe: async (file) => (await import('./read.ts')).isH5oinaFile(file),
  read: async (file) => (await import('./read.ts')).readH5oina(file),
});
