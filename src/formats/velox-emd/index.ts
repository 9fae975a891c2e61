import { defineFormat } from '../format.ts';
import { hdf5Promises } from '../hdf5/limits.ts';
import { isHdf5 } from '../hdf5/signature.ts';

export default defineFormat({
  id: 'velox-emd',
  title: 'Velox EMD (Thermo Fisher)',
  extensions: ['.emd'],
  sniff: (head, name) => (isHdf5(head) ? 'likely' : name.toLowerCase().endsWith('.emd') ? 'name' : 'no'),
  ...hdf5Promises,
  probe: async (file) => (await import('./read.ts')).isVeloxFile(file),
  read: async (file) => (await import('./read.ts')).readVelox(file),
});
