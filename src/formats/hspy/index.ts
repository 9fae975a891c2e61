import { defineFormat } from '../format.ts';
import { isHdf5 } from '../hdf5/index.ts';
import { encodeHspy } from './encode.ts';
import { readHspy } from './read.ts';

const MARKS = ['file_format_version', 'Experiments'];

export default defineFormat({
  id: 'hspy',
  title: 'HyperSpy (HDF5)',
  extensions: ['.hspy', '.hdf5', '.h5'],
  sniff(head, name) {
    const ours = name.toLowerCase().endsWith('.hspy');
    if (!isHdf5(head)) return ours ? 'name' : 'no';
    const text = new TextDecoder('latin1').decode(head);
    if (MARKS.every((mark) => text.includes(mark))) return 'certain';
    return ours ? 'likely' : 'no';
  },
  read: readHspy,
  encode: encodeHspy,
});
