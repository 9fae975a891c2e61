import { defineFormat } from '../format.ts';
import { hdf5Promises } from '../hdf5/limits.ts';
import { isHdf5 } from '../hdf5/signature.ts';

const MARKS = ['file_format_version', 'Experiments'];

export default defineFormat({
  id: 'hspy',
  title: 'HyperSpy (HDF5)',
  extensions: ['.hspy', '.hdf5', '.h5'],
  sniff(head, name) {
    if (!isHdf5(head)) return name.toLowerCase().endsWith('.hspy') ? 'name' : 'no';
    const text = new TextDecoder('latin1').decode(head);
    return MARKS.every((mark) => text.includes(mark)) ? 'certain' : 'likely';
  },
  ...hdf5Promises,
  probe: async (file) => (await import('./read.ts')).isHyperspyFile(file),
  read: async (file) => (await import('./read.ts')).readHspy(file),
  encode: async (dataset) => (await import('./encode.ts')).encodeHspy(dataset),
});
