import { defineFormat } from '../format.ts';
import { encodeNpy } from './encode.ts';
import { readNpy } from './read.ts';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

export default defineFormat({
  id: 'npy',
  title: 'NumPy array',
  extensions: ['.npy'],
  sniff(head, name) {
    if (MAGIC.every((byte, i) => head[i] === byte)) return 'certain';
    return name.toLowerCase().endsWith('.npy') ? 'name' : 'no';
  },
  read: readNpy,
  encode: encodeNpy,
});
