import type { TableDataset } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import { beamlineMetadata } from '../beamline/conditions.ts';
import { readRows } from '../beamline/rows.ts';
import type { ByteSource } from '../format.ts';
import { TextLines } from '../text-lines.ts';
import { readWholeText } from '../whole-text.ts';

const MOST_HEADER = 1000;
const MOST_COLUMNS = 4096;
const LONGEST_LINE = 400;

export const START = /^SSRL\s{1,9}(?:-\s)?EXAFS Data Collector/;

interface SsrlHeader {
  readonly lines: readonly string[];
  readonly names: readonly string[];
  readonly points: number;
  /** Number of the last line above the rows. */
  readonly end: number;
}

/**
 * One table; its columns are named by the lines under `Data:`, of which there are as many as the header states.
 * @throws SpectrailError `format/bad-header`, `format/bad-row`, `format/truncated`, `input/too-large`.
 */
export async function readSsrl(file: ByteSource): Promise<TableDataset[]> {
  const text = await readWholeText(file);
  const { lines, names, points, end } = readHeader(text, file.name);
  const values = readRows(text, end, file.name);
  if (values.length !== names.length) {
    throw badHeader(file.name, end, `the header has ${names.length} columns, the rows have ${values.length}`);
  }
  const rows = values[0].length;
  return [
    {
      kind: 'table',
      title: file.name,
      rows,
      columns: values.map((column, i) => ({ name: names[i], unit: '', values: column })),
      metadata: readMetadata(lines),
      original: { header: [...lines] },
      warnings: rows === points ? [] : [`PTS says ${points}, the file has ${rows} rows`],
    },
  ];
}

function readHeader(text: string, name: string): SsrlHeader {
  const walk = new TextLines(text);
  const lines: string[] = [];
  while (walk.next() && lines.length < MOST_HEADER) {
    const line = lineUnder(walk);
    if (line !== 'Data:') {
      lines.push(line);
      continue;
    }
    const [, points, count] =
      lines.map((stated) => /^PTS:\s*(\d{1,9})\s+COLS:\s*(\d{1,9})/.exec(stated)).find(Boolean) ?? [];
    if (!START.test(lines[0]) || count === undefined || Number(count) < 1 || Number(count) > MOST_COLUMNS) break;
    const names: string[] = [];
    while (names.length < Number(count) && walk.next()) names.push(lineUnder(walk));
    return { lines, names, points: Number(points), end: walk.number };
  }
  throw badHeader(name, walk.number, 'the header is not that of the EXAFS Data Collector, or it does not end');
}

const lineUnder = ({ text, start, end }: TextLines) => text.slice(start, Math.min(end, start + LONGEST_LINE)).trim();

/** The sixth line: station, focus, an offset, an order, the crystal, its spacing in Å, steps. */
function readMetadata(lines: readonly string[]) {
  const [, station, mono, spacing] =
    /^(\d{1,2}-\d)\s.*?\s([A-Z][a-z]?\(\d+\))\s+(\d+\.\d+)\s/.exec(`${lines[5] ?? ''} `) ?? [];
  return beamlineMetadata({ facility: 'SSRL', beamline: station, mono, spacing, start: lines[1] });
}

function badHeader(name: string, line: number, what: string) {
  return formatError({
    code: 'bad-header',
    where: `${name}, line ${line}`,
    what,
    expected: 'PTS and COLS, a line "Data:", and a line for the name of each column',
    fix: 'copy the file again: it may have been cut short',
  });
}
