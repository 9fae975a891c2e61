import type { Dataset } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import { type ByteSource, defineFormat } from '../format.ts';
import { foreignSignature } from '../signatures.ts';
import { decodeText, readWholeText } from '../whole-text.ts';
import { findTable, isComment } from './table.ts';

/** Tables of numbers as text, whatever wrote them: the last resort for files that no other format claims. */
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
});

/** @throws SpectrailError `format/no-table`, `input/too-large`. */
async function readColumns(file: ByteSource): Promise<Dataset[]> {
  const table = findTable(await readWholeText(file));
  if (!table) {
    throw formatError({
      code: 'no-table',
      where: file.name,
      what: 'no line holds two or more numbers',
      expected: 'rows of numbers separated by blanks, tabs, commas or semicolons',
    });
  }
  const { header, headerLines, rowsWithOtherLength } = table;
  return [
    {
      kind: 'table',
      title: file.name,
      rows: table.columns[0].length,
      columns: table.columns.map((values, i) => ({ name: table.names[i], unit: table.units[i], values })),
      metadata: {},
      original: { header, headerLines, rowsWithOtherLength },
      warnings:
        rowsWithOtherLength > 0 ? [`${rowsWithOtherLength} rows with another count of numbers were left out`] : [],
    },
  ];
}
