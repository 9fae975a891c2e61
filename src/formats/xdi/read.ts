import type { Metadata, PlainTree, TableColumn, TableDataset } from '../../signal/dataset.ts';
import { canonicalUnit } from '../../signal/units.ts';
import { beamlineMetadata } from '../beamline/conditions.ts';
import { readRows } from '../beamline/rows.ts';
import type { ByteSource } from '../format.ts';
import { readWholeText } from '../whole-text.ts';
import { COMMENTS, readHeader, type XdiHeader } from './header.ts';

/**
 * One table. The fields of the header stay under their names `family.member` as they are written.
 * @throws SpectrailError `format/not-xdi`, `format/bad-header`, `format/bad-row`, `format/truncated`, `input/too-large`.
 */
export async function readXdi(file: ByteSource): Promise<TableDataset[]> {
  const text = await readWholeText(file);
  const header = readHeader(text, file.name);
  const values = readRows(text, header.lines, file.name, COMMENTS);
  const warnings = [...header.warnings];
  if (!header.ended) warnings.push('the line of dashes that ends the header is missing');
  const named = columnNames(header, values.length, warnings);
  return [
    {
      kind: 'table',
      title: file.name,
      rows: values[0].length,
      columns: named.map((column, i): TableColumn => ({ ...column, values: values[i] })),
      metadata: readMetadata(header, named),
      original: originalOf(header),
      warnings,
    },
  ];
}

type NamedColumn = Omit<TableColumn, 'values'>;

/** `Column.N: name unit || PV`; where it is absent the label above the numbers. */
function columnNames({ fields, labels }: XdiHeader, width: number, warnings: string[]): NamedColumn[] {
  const declared = [...fields.keys()].filter((key) => /^column\.\d+$/.test(key)).length;
  if (declared > 0 && declared !== width) {
    warnings.push(`the header names ${declared} columns, the rows have ${width} numbers`);
  }
  return Array.from({ length: width }, (_, i) => {
    const [name = '', ...unit] = beforeBars(fields.get(`column.${i + 1}`)).split(/\s+/);
    const label = labels.length === width ? labels[i] : undefined;
    return { name: name || label || `column${i + 1}`, unit: canonicalUnit(unit.join(' ')) };
  });
}

/** Step scans of EPICS put the name of the process variable behind two bars. */
const beforeBars = (value = '') => value.split('||', 1)[0].trim();

function readMetadata({ fields }: XdiHeader, columns: readonly NamedColumn[]): Metadata {
  const metadata: Metadata = Object.create(null);
  const first = (...keys: readonly string[]) => keys.map((key) => beforeBars(fields.get(key))).find((value) => value);
  const element = first('element.symbol', 'scan.element', 'scanparameters.element');
  Object.assign(
    metadata,
    beamlineMetadata({
      element,
      edge: first('element.edge', 'scan.edge', 'scanparameters.edge'),
      spacing: first('mono.d_spacing', 'mono.dspacing'),
      mono: first('mono.name'),
      facility: first('facility.name'),
      beamline: first('beamline.name'),
      sample: first('sample.name'),
      start: first('scan.start_time'),
    }),
  );
  const absorption = element !== undefined && columns.some(({ name }) => /^(?:energy|angle|k)$/i.test(name));
  if (absorption) metadata['signal_type'] = 'XAS';
  return metadata;
}

function originalOf({ version, fields, comments }: XdiHeader): PlainTree {
  const tree: PlainTree = Object.create(null);
  tree['version'] = version;
  for (const [key, value] of fields) tree[key] = value;
  tree['comments'] = [...comments];
  return tree;
}
