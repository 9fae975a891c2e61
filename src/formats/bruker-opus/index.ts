import { defineFormat } from '../format.ts';
import { MAGIC } from './blocks.ts';
import { readOpus } from './read.ts';

/** Bruker OPUS: infrared and Raman spectra. Block layout worked out from files and public descriptions of it. */
export default defineFormat({
  id: 'bruker-opus',
  title: 'Bruker OPUS',
  extensions: ['.0', '.1', '.2', '.opus'],
  sniff: (head) => (MAGIC.every((byte, i) => head[i] === byte) ? 'certain' : 'no'),
  read: readOpus,
});
