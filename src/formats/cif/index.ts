import { defineFormat } from '../format.ts';
import { readCif } from './read.ts';

/**
 * CIF 1.1 (Hall, Allen and Brown 1991; https://www.iucr.org/resources/cif/spec/version1.1): powder patterns after the powder
 * dictionary (pdCIF), structures after the core dictionary, Raman spectra as the Raman Open Database writes them.
 */
export default defineFormat({
  id: 'cif',
  title: 'CIF (structures, powder patterns)',
  extensions: ['.cif', '.pdcif', '.rod'],
  sniff(head, name) {
    const named = /\.(?:cif|pdcif|rod)$/i.test(name) ? 'name' : 'no';
    if (head.length === 0) return named;
    if (head.includes(0)) return 'no';
    const text = new TextDecoder('latin1').decode(head).replace(/^ï»¿/, '');
    if (/^#\\#CIF_/i.test(text)) return 'certain';
    const lines = text.split(/[\r\n]+/).map((line) => line.trim());
    const said = lines.filter((line) => line !== '' && !line.startsWith('#'));
    if (said.length === 0) return named;
    if (!/^data_\S+/i.test(said[0])) return 'no';
    return said.slice(1).some((line) => /^(?:loop_|_[a-z[])/i.test(line)) ? 'certain' : 'likely';
  },
  read: readCif,
});
