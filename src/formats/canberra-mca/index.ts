import { defineFormat } from '../format.ts';
import { looksLikeMca, readMca } from './read.ts';

/** Canberra S100 and AccuSpec multichannel analysers: a header of 1024 bytes, then counts. */
export default defineFormat({
  id: 'canberra-mca',
  title: 'Canberra MCA (S100)',
  extensions: ['.mca'],
  sniff(head, name) {
    if (head.length === 0) return /\.mca$/i.test(name) ? 'name' : 'no';
    return looksLikeMca(head) ? 'certain' : 'no';
  },
  read: readMca,
});
