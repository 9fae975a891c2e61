import type { Plain, PlainTree, TableColumn } from '../../signal/dataset.ts';
import { TextLines } from '../text-lines.ts';

/** First line of the files that we write. */
const MARK = '# Spectrail columns 1';
const FIELD = /^# (title|metadata|columns): (.+)$/s;

/** What the comment lines of our own files say. */
export interface OwnHeader {
  readonly title?: string;
  readonly metadata?: PlainTree;
  /** Where their line of names does not say all of it. */
  readonly columns?: readonly Pick<TableColumn, 'name' | 'unit'>[];
}

/** Comment lines: a mark, then one JSON value a line. */
export function ownHeaderLines({ title, metadata, columns }: OwnHeader): string[] {
  const lines = [MARK];
  const add = (field: string, value: unknown) => lines.push(`# ${field}: ${JSON.stringify(value)}`);
  if (title) add('title', title);
  if (metadata && Object.keys(metadata).length > 0) add('metadata', metadata);
  if (columns) {
    add(
      'columns',
      columns.map(({ name, unit }) => [name, unit]),
    );
  }
  return lines;
}

/** The header of a file of ours; undefined for any other. Lines that were edited into something else say nothing. */
export function readOwnHeader(text: string): OwnHeader | undefined {
  const lines = new TextLines(text);
  if (!lines.next() || lines.line !== MARK) return undefined;
  const fields = new Map<string, Plain>();
  while (lines.next() && text[lines.start] === '#') {
    const [, field, json] = FIELD.exec(lines.line) ?? [];
    const value = field && parsed(json);
    if (value !== undefined) fields.set(field, value);
  }
  const title = fields.get('title');
  const metadata = fields.get('metadata');
  return {
    title: typeof title === 'string' ? title : undefined,
    metadata: typeof metadata === 'object' && metadata && !Array.isArray(metadata) ? metadata : undefined,
    columns: columnsOf(fields.get('columns')),
  };
}

function parsed(json: string): Plain | undefined {
  try {
    return JSON.parse(json, (key, value) => (key === '__proto__' ? undefined : value));
  } catch {
    return undefined;
  }
}

function columnsOf(list: Plain | undefined): OwnHeader['columns'] {
  if (!Array.isArray(list)) return undefined;
  const columns = list.map((pair) => {
    const [name, unit] = Array.isArray(pair) ? pair : [];
    return typeof name === 'string' && typeof unit === 'string' ? { name, unit } : undefined;
  });
  return columns.every((column) => column !== undefined) ? columns : undefined;
}
