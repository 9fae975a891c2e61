import type { TableColumn, TableDataset } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import { beamlineMetadata } from '../beamline/conditions.ts';
import { readRows } from '../beamline/rows.ts';
import type { ByteSource } from '../format.ts';
import { TextLines } from '../text-lines.ts';
import { readWholeText } from '../whole-text.ts';

const MOST_HEADER = 1000;
const LONGEST_LINE = 4000;

export const START = /^\s{0,9}9809\s{1,40}\S/;

/**
 * One table by the angle of the monochromator: as commanded `(c)` and as observed `(o)`, in degrees, time of counting, and
 * the counts of each channel. Energies are not in the file; the spacing of the crystal is in the metadata.
 * @throws SpectrailError `format/bad-header`, `format/bad-row`, `format/truncated`, `input/too-large`.
 */
export async function readKek(file: ByteSource): Promise<TableDataset[]> {
  const text = await readWholeText(file);
  const { lines, names, end } = readHeader(text, file.name);
  const values = readRows(text, end, file.name);
  if (values.length !== names.length) {
    throw badHeader(file.name, end, `the header has ${names.length} columns, the rows have ${values.length}`);
  }
  const rows = values[0].length;
  const points = lines.map((line) => /Points=\s*(\d{1,9})/.exec(line)?.[1]).find(Boolean);
  return [
    {
      kind: 'table',
      title: file.name,
      rows,
      columns: values.map((column, i): TableColumn => ({ name: names[i], unit: unitOf(names[i]), values: column })),
      metadata: readMetadata(lines),
      original: { header: [...lines] },
      warnings: points === undefined || rows === Number(points) ? [] : [`Points= ${points}, the file has ${rows} rows`],
    },
  ];
}

/** Names stand above the lines of modes and offsets of the channels, which end the header. */
function readHeader(text: string, name: string): { lines: string[]; names: string[]; end: number } {
  const walk = new TextLines(text);
  const lines: string[] = [];
  let names: string[] = [];
  while (walk.next() && lines.length < MOST_HEADER) {
    const line = text.slice(walk.start, Math.min(walk.end, walk.start + LONGEST_LINE)).trimEnd();
    lines.push(line);
    if (/^\s*Angle\(c\)/.test(line)) names = line.trim().split(/\s+/);
    if (/^\s*Offset\b/.test(line) && names.length > 0 && START.test(lines[0]))
      return { lines, names, end: walk.number };
  }
  throw badHeader(name, walk.number, 'the header is not that of a file "9809", or it does not end');
}

function unitOf(name: string): string {
  if (name.startsWith('Angle')) return '°';
  return name === 'time/s' ? 's' : '';
}

function readMetadata(lines: readonly string[]) {
  const [, facility, beamline] = /^\s*9809\s+(\S+)\s+(\S+)/.exec(lines[0]) ?? [];
  const crystal = lines.find((line) => /^\s*Mono\b/.test(line)) ?? '';
  const [, mono] = /^\s*Mono\s*:\s*([A-Z][a-z]?\s?\(?\d+\)?)/.exec(crystal) ?? [];
  const [, spacing] = /\bD=\s*(\d{1,3}\.\d{1,9})\s*A\b/.exec(crystal) ?? [];
  return beamlineMetadata({ facility, beamline, mono, spacing });
}

function badHeader(name: string, line: number, what: string) {
  return formatError({
    code: 'bad-header',
    where: `${name}, line ${line}`,
    what,
    expected: 'a line of names from "Angle(c)" on, then one of modes and one of offsets',
    fix: 'copy the file again: it may have been cut short',
  });
}
