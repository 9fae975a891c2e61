import { defineFormat } from '../format.ts';
import { headText } from '../whole-text.ts';
import { readSsrl, START } from './read.ts';

/** Text files of the EXAFS Data Collector of the Stanford Synchrotron Radiation Lightsource; its binary files are not read. */
export default defineFormat({
  id: 'ssrl-xas',
  title: 'SSRL EXAFS Data Collector (text)',
  extensions: ['.dat'],
  sniff: (head) => (START.test(headText(head)) && !head.includes(0) ? 'certain' : 'no'),
  read: readSsrl,
});
