import { defineFormat } from '../format.ts';
import { foreignSignature } from '../signatures.ts';
import { encodeCsv, encodeCsvTable } from './encode.ts';
import { isOwnSheet, layoutInHead, readSheet } from './read.ts';

/**
 * Sheets that say what they are: spectra under their places or beside their labels, and images. A spectrum alone is two
 * columns, and any other sheet a table: both are read as columns.
 */
export default defineFormat({
  id: 'csv',
  title: 'Comma-separated values',
  extensions: ['.csv'],
  sniff(head, name) {
    if (head.includes(0) || foreignSignature(head) !== undefined) return 'no';
    if (layoutInHead(head, head.length < 4096)) return 'likely';
    return name.toLowerCase().endsWith('.csv') ? 'name' : 'no';
  },
  probe: isOwnSheet,
  read: readSheet,
  // Eight bytes a number, of which an empty cell takes one.
  unpackedBytes: (stored) => 2 * stored,
  encode: encodeCsv,
  encodeTable: encodeCsvTable,
});
