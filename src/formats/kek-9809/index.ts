import { defineFormat } from '../format.ts';
import { headText } from '../whole-text.ts';
import { readKek, START } from './read.ts';

/** Text files "9809" of X-ray absorption beamlines in Japan (Photon Factory, and others with the same program). */
export default defineFormat({
  id: 'kek-9809',
  title: 'Photon Factory XAFS (9809)',
  extensions: ['.dat'],
  sniff(head) {
    const text = headText(head);
    return START.test(text) && /^\s*(?:Mono\s*:|Angle\(c\))/m.test(text) ? 'certain' : 'no';
  },
  read: readKek,
});
