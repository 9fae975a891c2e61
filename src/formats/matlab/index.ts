import { defineFormat } from '../format.ts';
import { hdf5Promises } from '../hdf5/limits.ts';
import { sniffMat } from './kind.ts';

/**
 * Variables saved by MATLAB, Octave or SciPy: MAT-files of level 4 and 5 (MathWorks, MAT-File Format, 2019), and of version 7.3,
 * which are HDF5 files behind a block of 512 bytes.
 */
export default defineFormat({
  id: 'matlab',
  title: 'MATLAB MAT-file',
  extensions: ['.mat'],
  sniff: (head) => sniffMat(head),
  ...hdf5Promises,
  read: async (file) => (await import('./read.ts')).readMat(file),
});
