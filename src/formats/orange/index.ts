import { defineFormat } from '../format.ts';
import { foreignSignature } from '../signatures.ts';
import { decodeText } from '../whole-text.ts';
import { headerOf, isOrange, readOrange } from './read.ts';

/**
 * Tables of Orange (Data Mining), as its documentation describes them: with three lines of header, names, types (`continuous`,
 * `discrete`, `string`, `time`, or their first letters) and roles (`class`, `meta` …), or with one whose names carry both as
 * flags (`mS#name`). Spectra where features are called by their positions.
 */
export default defineFormat({
  id: 'orange',
  title: 'Orange table',
  extensions: ['.tab', '.csv', '.tsv'],
  sniff(head, name) {
    if (head.includes(0) || foreignSignature(head) !== undefined) return 'no';
    const text = decodeText(head);
    const header = headerOf(text);
    if (header) return header.lines === 3 ? 'certain' : 'likely';
    const cut = head.length >= 4096;
    // The names of a long spectrum fill all that is looked at.
    if (cut && /^[^\t,;\r\n]*[\t,;][^\r\n]*$/.test(text)) return 'likely';
    return name.toLowerCase().endsWith('.tab') && /[\r\n]/.test(text) ? 'name' : 'no';
  },
  probe: isOrange,
  read: readOrange,
  // Eight bytes a number, of which an empty cell takes one.
  unpackedBytes: (stored) => 2 * stored,
});
