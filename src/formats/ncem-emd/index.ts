import { defineFormat } from '../format.ts';
import { hdf5Promises } from '../hdf5/limits.ts';
import { isHdf5 } from '../hdf5/signature.ts';

/**
 * EMD, the Electron Microscopy Dataset of Berkeley (NCEM), versions 0.2 and 1.0, as written by HyperSpy, py4DSTEM and
 * Prismatic: layout after emdatasets.com, checked on files.
 */
export default defineFormat({
  id: 'ncem-emd',
  title: 'EMD (Berkeley, Prismatic)',
  extensions: ['.emd', '.h5'],
  sniff: (head, name) => (isHdf5(head) ? 'likely' : name.toLowerCase().endsWith('.emd') ? 'name' : 'no'),
  ...hdf5Promises,
  probe: async (file) => (await import('./read.ts')).isEmdFile(file),
  read: async (file) => (await import('./read.ts')).readEmd(file),
});
