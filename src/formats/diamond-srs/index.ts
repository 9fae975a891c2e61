import { defineFormat } from '../format.ts';
import { headText } from '../whole-text.ts';
import { readSrs, START } from './read.ts';

/** Scans of the Diamond Light Source (GDA) in the format of the Daresbury SRS before it: a namelist, metadata, columns. */
export default defineFormat({
  id: 'diamond-srs',
  title: 'SRS scan (Diamond, Daresbury)',
  extensions: ['.dat'],
  sniff: (head) => (START.test(headText(head)) ? 'certain' : 'no'),
  read: readSrs,
});
