import { defineFormat } from '../format.ts';
import { isGsf, readGsf } from './read.ts';

/** Gwyddion Simple Field 1.0, as the user guide of Gwyddion defines it. */
export default defineFormat({
  id: 'gsf',
  title: 'Gwyddion Simple Field',
  extensions: ['.gsf'],
  sniff(head, name) {
    if (head.length === 0) return /\.gsf$/i.test(name) ? 'name' : 'no';
    return isGsf(head) ? 'certain' : 'no';
  },
  read: readGsf,
});
