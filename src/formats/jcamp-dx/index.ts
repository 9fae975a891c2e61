import { defineFormat } from '../format.ts';
import { POINTS_PER_BYTE } from './limits.ts';
import { readJcamp } from './read.ts';
import { encodeJcamp } from './write.ts';

/**
 * JCAMP-DX spectra: McDonald & Wilks, Appl. Spectrosc. 42 (1988) 151 (4.24), and the 5.00, 5.01 and 6.00 protocols for NMR,
 * mass and ion mobility spectra.
 */
export default defineFormat({
  id: 'jcamp-dx',
  title: 'JCAMP-DX',
  extensions: ['.jdx', '.dx', '.jcamp', '.jcm'],
  sniff(head, name) {
    const text = new TextDecoder('windows-1252').decode(head);
    let start = 0;
    while (start < text.length) {
      const end = endOfLine(text, start);
      const line = text.slice(start, end).replace(/^ï»¿/, '').trim();
      start = end + 1;
      if (line === '' || line.startsWith('$$')) continue;
      return /^##\s*(?:TITLE|JCAMP[-_ ]?DX)\s*=/i.test(line) ? 'certain' : 'no';
    }
    return text === '' && /\.(?:jdx|dx|jcamp|jcm)$/i.test(name) ? 'name' : 'no';
  },
  read: readJcamp,
  // Eight bytes a point, and as much again while the list of points grows.
  unpackedBytes: (stored) => 8 * POINTS_PER_BYTE * stored,
  encode: encodeJcamp,
});

function endOfLine(text: string, from: number): number {
  const found = text.slice(from).search(/[\r\n]/);
  return found < 0 ? text.length : from + found;
}
