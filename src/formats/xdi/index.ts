import { defineFormat } from '../format.ts';
import { headText } from '../whole-text.ts';
import { VERSION } from './header.ts';
import { readXdi } from './read.ts';

/** XAFS Data Interchange, version 1.0 (Ravel and Newville, J. Phys. Conf. Ser. 712, 012148, 2016). */
export default defineFormat({
  id: 'xdi',
  title: 'XDI (XAFS Data Interchange)',
  extensions: ['.xdi'],
  sniff: (head) => (VERSION.test(headText(head)) ? 'certain' : 'no'),
  read: readXdi,
});
