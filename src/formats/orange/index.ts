import { defineFormat } from '../format.ts';
import { foreignSignature } from '../signatures.ts';
import { decodeText } from '../whole-text.ts';
import { orangeHeader } from './header.ts';
import { firstLines, isOrange, readOrange } from './read.ts';

/**
 * Tables of Orange (Data Mining) with three lines of header: names, types (`continuous`, `discrete`, `string`, `time`, or their
 * first letters) and roles (`class`, `meta` …), as its documentation describes them; spectra where features are called by
 * their positions.
 */
export default defineFormat({
  id: 'orange',
  title: 'Orange table (three header rows)',
  extensions: ['.tab', '.csv', '.tsv'],
  sniff(head, name) {
    if (head.includes(0) || foreignSignature(head) !== undefined) return 'no';
    const lines = firstLines(decodeText(head));
    if (lines.length === 3 && orangeHeader(lines)) return 'certain';
    // The names of a long spectrum fill all that is looked at.
    const [first, second] = lines;
    if (head.length >= 4096 && second === undefined && /^[^\t,;]*[\t,;]/.test(first)) return 'likely';
    return name.toLowerCase().endsWith('.tab') && lines.length >= 2 ? 'name' : 'no';
  },
  probe: isOrange,
  read: readOrange,
  // Eight bytes a number, of which an empty cell takes one.
  unpackedBytes: (stored) => 2 * stored,
});
