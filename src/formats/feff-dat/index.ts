import { defineFormat } from '../format.ts';
import { headText } from '../whole-text.ts';
import { PATH_LINE, readFeff } from './read.ts';

/** Scattering of one path as FEFF 5 to 10 and feff85exafs write it, `feffNNNN.dat` (FEFF User's Guide, "feffNNNN.dat"). */
export default defineFormat({
  id: 'feff-dat',
  title: 'FEFF path (feffNNNN.dat)',
  extensions: ['.dat'],
  sniff: (head) => (PATH_LINE.test(headText(head)) ? 'certain' : 'no'),
  read: readFeff,
});
