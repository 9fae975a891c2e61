import { defineFormat } from '../format.ts';
import { isZip, MOST_PACKED } from '../zip/folder.ts';
import { readPrz } from './read.ts';

/** Panta Rhei (CEOS): a zip of NumPy arrays, checked on a file. Nothing in it is executed: pickled objects are not looked at. */
export default defineFormat({
  id: 'pantarhei',
  title: 'Panta Rhei (CEOS)',
  extensions: ['.prz'],
  unpackedBytes: (stored) => MOST_PACKED * stored,
  sniff(head, name) {
    const named = name.toLowerCase().endsWith('.prz');
    if (!isZip(head)) return named ? 'name' : 'no';
    if (/(?:data_model|meta_data)(?:_json)?\.npy/.test(new TextDecoder('latin1').decode(head))) return 'certain';
    return named ? 'likely' : 'no';
  },
  read: readPrz,
});
