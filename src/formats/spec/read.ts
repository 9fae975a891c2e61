import { columnLabel } from '../../signal/column-label.ts';
import type { Metadata, PlainTree, TableDataset } from '../../signal/dataset.ts';
import { beamlineMetadata } from '../beamline/conditions.ts';
import type { ByteSource } from '../format.ts';
import { readWholeText } from '../whole-text.ts';
import { readScans, type Scan } from './scans.ts';

/**
 * One table a scan, called after its number and command.
 * @throws SpectrailError `format/bad-row`, `format/no-scans`, `format/too-many-scans`, `input/too-large`.
 */
export async function readSpec(file: ByteSource): Promise<TableDataset[]> {
  const { header, scans, empty } = readScans(await readWholeText(file), file.name);
  const notes = empty > 0 ? [`${empty} scans without a point were left out`] : [];
  return scans.map((scan, i) => tableOf(scan, header, i === 0 ? notes : []));
}

function tableOf(scan: Scan, header: ReadonlyMap<string, string>, notes: readonly string[]): TableDataset {
  const { title, controls, columns } = scan;
  const warnings = [...notes];
  const names = columnNames(controls.get('L') ?? '', columns.length, warnings);
  return {
    kind: 'table',
    title,
    rows: columns[0].length,
    columns: columns.map((values, i) => ({ name: names[i], unit: columnLabel(names[i]).unit, values })),
    metadata: readMetadata(scan, header),
    original: originalOf(scan, header),
    warnings,
  };
}

/** Names are two blanks apart, for they may hold one; some writers put tabs, or one blank only. */
function columnNames(line: string, width: number, warnings: string[]): string[] {
  for (const separator of [/ {2,}|\t+/, /\s+/]) {
    const names = line.split(separator).filter((name) => name !== '');
    if (names.length === width) return names;
  }
  if (line !== '') warnings.push(`the names of columns in #L do not fit the ${width} numbers of a row`);
  return Array.from({ length: width }, (_, i) => `column${i + 1}`);
}

function readMetadata({ controls }: Scan, header: ReadonlyMap<string, string>): Metadata {
  const start = controls.get('D') ?? header.get('D');
  const metadata: Metadata = beamlineMetadata({ start });
  const time = /^(\d{1,9}(?:\.\d{0,9})?)\s*\(Seconds\)/i.exec(controls.get('T') ?? '')?.[1];
  if (time) metadata['dwell_time_s'] = Number(time);
  return metadata;
}

function originalOf({ title, controls }: Scan, header: ReadonlyMap<string, string>): PlainTree {
  const tree: PlainTree = Object.create(null);
  for (const [key, value] of header) tree[key] = value;
  tree['S'] = title;
  for (const [key, value] of controls) tree[key] = value;
  return tree;
}
