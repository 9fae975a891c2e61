import { defineFormat } from '../format.ts';
import { readCnf, sectionsOf } from './read.ts';

/**
 * Canberra Genie configuration files with a spectrum. The layout is not published; it is known from the sections that every
 * file lists and from comparison with what Genie prints of them.
 */
export default defineFormat({
  id: 'canberra-cnf',
  title: 'Canberra Genie CNF',
  extensions: ['.cnf'],
  sniff(head, name) {
    if (head.length === 0) return /\.cnf$/i.test(name) ? 'name' : 'no';
    return sectionsOf(head).length > 0 ? 'certain' : 'no';
  },
  read: readCnf,
});
