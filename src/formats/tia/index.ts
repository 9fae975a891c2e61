import { defineFormat } from '../format.ts';
import { isEmi } from './emi.ts';
import { readTia } from './read.ts';
import { isSer } from './ser.ts';

/**
 * TIA (Emispec, FEI): series in `.ser` files, and the `.emi` file that says under which conditions they were recorded. Layout
 * of `.ser` after Chris Boothroyd's and Peter Ercius' public descriptions, checked on files.
 */
export default defineFormat({
  id: 'tia',
  title: 'TIA (.emi with .ser)',
  extensions: ['.emi', '.ser'],
  sniff(head, name) {
    if (isSer(head) || isEmi(head)) return 'certain';
    return /\.(emi|ser)$/i.test(name) ? 'name' : 'no';
  },
  read: readTia,
});
