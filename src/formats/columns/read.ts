import type { Dataset } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { readWholeText } from '../whole-text.ts';
import { readOwnHeader } from './own-header.ts';
import { findTable } from './table.ts';

/**
 * The table of a text file, whatever wrote it.
 * @throws SpectrailError `format/no-table`, `input/too-large`.
 */
export async function readColumns(file: ByteSource): Promise<Dataset[]> {
  const text = await readWholeText(file);
  const table = findTable(text);
  if (!table) {
    throw formatError({
      code: 'no-table',
      where: file.name,
      what: 'no line holds two or more numbers',
      expected: 'rows of numbers separated by blanks, tabs, commas or semicolons',
    });
  }
  const { header, headerLines, rowsWithOtherLength } = table;
  const own = readOwnHeader(text);
  const declared = own?.columns?.length === table.columns.length ? own.columns : undefined;
  return [
    {
      kind: 'table',
      title: own ? (own.title ?? '') : file.name,
      rows: table.columns[0].length,
      columns: table.columns.map((values, i) => ({
        name: table.names[i],
        unit: table.units[i],
        ...declared?.[i],
        values,
      })),
      metadata: own?.metadata ?? {},
      original: { header, headerLines, rowsWithOtherLength },
      warnings:
        rowsWithOtherLength > 0 ? [`${rowsWithOtherLength} rows with another count of numbers were left out`] : [],
    },
  ];
}
