import { defineFormat } from '../format.ts';
import { foreignSignature } from '../signatures.ts';
import { decodeText } from '../whole-text.ts';
import { readColumns } from './read.ts';
import { findTable, isComment } from './table.ts';
import { encodeSpectrumAsColumns, encodeTableAsColumns } from './write.ts';

/**
 * Tables of numbers as text, whatever wrote them: the last resort for files that no other format claims. What is written is a
 * spectrum, or a table of two or three columns, with a header that is read back.
 */
export default defineFormat({
  id: 'columns',
  title: 'Columns of numbers as text',
  extensions: ['.xy', '.csv', '.txt', '.dat', '.tsv', '.chi', '.xmu', '.dpt', '.msa'],
  sniff(head, name) {
    if (head.includes(0) || foreignSignature(head) !== undefined) return 'no';
    const text = decodeText(head);
    const whole = head.length < 4096 ? text : text.slice(0, text.lastIndexOf('\n') + 1);
    if ((findTable(whole)?.columns[0].length ?? 0) >= 2) return 'likely';
    if (head.length >= 4096 && isComment(text)) return 'name';
    return /\.(xy|csv|txt|dat|tsv|chi|xmu|dpt)$/i.test(name) ? 'name' : 'no';
  },
  read: readColumns,
  encode: encodeSpectrumAsColumns,
  encodeTable: encodeTableAsColumns,
});
