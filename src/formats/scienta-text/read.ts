import { type Axis, explicitAxis } from '../../signal/axis.ts';
import type { Dataset, PlainTree } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import { splitBracketedUnit } from '../bracketed-unit.ts';
import type { ByteSource } from '../format.ts';
import { NumberList } from '../number-list.ts';
import { NumberTable } from '../number-table.ts';
import { plainNumber } from '../plain-number.ts';
import { TextLines } from '../text-lines.ts';
import { readWholeText } from '../whole-text.ts';
import { scientaMetadata } from './metadata.ts';

const MOST_REGIONS = 1 << 12;
const MOST_ENTRIES = 512;
const LONGEST_ENTRY = 4096;

/** A region of the file as it is gathered from its sections. */
interface Region {
  readonly number: string;
  readonly entries: Map<string, string>;
  /** Positions along the dimensions, from the first; the lists are as long as lines can be. */
  readonly scales: Map<string, Float64Array>;
  /** One table for each position of the third dimension. */
  readonly tables: NumberTable[];
}

/**
 * Regions of one dimension as tables of energy and intensity; of two and three dimensions as arrays whose last axis is the
 * first dimension, the energy.
 *
 * @throws SpectrailError `format/no-region`, `format/bad-row`, `format/wrong-size`, `format/too-many-regions`,
 * `input/too-large`.
 */
export async function readScientaText(file: ByteSource): Promise<Dataset[]> {
  const found = [...sections(await readWholeText(file), file.name).values()];
  // A region that was never measured has a section without rows.
  const regions = found.filter(({ tables }) => tables.some(({ rows }) => rows > 0));
  if (regions.length > 0) return regions.map((region) => describe(region, file.name));
  throw formatError({
    code: 'no-region',
    where: file.name,
    what: 'there is no section [Data N] with rows in it',
    expected: 'the sections [Region N], [Info N] and [Data N] of each region',
    fix: 'export the regions with their data',
  });
}

const SECTION = /^\[(Region|Info|Data) (\d{1,9})(?::(\d{1,9}))?\]$/;
const SCALE = /^Dimension ([1-3]) scale$/;

function sections(text: string, name: string): Map<string, Region> {
  const regions = new Map<string, Region>();
  const lines = new TextLines(text);
  let region: Region | undefined;
  let table: NumberTable | undefined;
  while (lines.next()) {
    const line = lines.line.trim();
    const section = SECTION.exec(line);
    if (section) {
      region = regionOf(regions, section[2], name);
      table = section[1] === 'Data' ? new NumberTable() : undefined;
      if (table) region.tables.push(table);
    } else if (line.startsWith('[')) {
      // [Info] and [Run Mode Information N] describe the run, not the spectrum.
      region = undefined;
      table = undefined;
    } else if (table && line !== '') table.addRow(line, `${name}, line ${lines.number}`);
    else if (region && line !== '') keep(line, region);
  }
  return regions;
}

function regionOf(regions: Map<string, Region>, number: string, name: string): Region {
  const known = regions.get(number);
  if (known) return known;
  if (regions.size === MOST_REGIONS) {
    throw formatError({
      code: 'too-many-regions',
      where: name,
      what: `there are more than ${MOST_REGIONS} regions`,
      expected: `at most ${MOST_REGIONS}`,
    });
  }
  const region: Region = { number, entries: new Map(), scales: new Map(), tables: [] };
  regions.set(number, region);
  return region;
}

/** `Key=value`; a scale is a list of numbers. */
function keep(line: string, { entries, scales }: Region): void {
  const equals = line.indexOf('=');
  if (equals < 0) return;
  const [key, value] = [line.slice(0, equals).trim(), line.slice(equals + 1).trim()];
  const dimension = SCALE.exec(key)?.[1];
  const positions = dimension === undefined ? undefined : numbers(value);
  if (dimension !== undefined && positions) scales.set(dimension, positions);
  else if (entries.size < MOST_ENTRIES || entries.has(key)) entries.set(key, value.slice(0, LONGEST_ENTRY));
}

function numbers(text: string): Float64Array | undefined {
  const list = new NumberList();
  for (const [word] of text.matchAll(/\S+/g)) {
    const value = plainNumber(word);
    if (value === undefined) return undefined;
    list.push(value);
  }
  return list.toArray();
}

function describe(region: Region, name: string): Dataset {
  const { entries, tables } = region;
  const [energies, ...intensities] = tables[0].columns();
  const size = energies?.length ?? 0;
  const declared = plainNumber(entries.get('Dimension 1 size') ?? '');
  if (intensities.length === 0 || tables.some(({ rows, width }) => rows !== size || width !== tables[0].width)) {
    const found = tables.map(({ rows, width }) => `${rows} × ${width}`);
    throw wrongSize(
      region,
      name,
      `the data have ${found.slice(0, 4).join(', ')} numbers`,
      'tables of one size, with energies first',
    );
  }
  if (declared !== undefined && declared !== size) {
    throw wrongSize(region, name, `the data have ${size} rows`, `${declared}, as Dimension 1 size says`);
  }
  const original: PlainTree = Object.create(null);
  for (const [key, value] of entries) original[key] = value;
  const common = {
    title: entries.get('Region Name') ?? '',
    metadata: scientaMetadata(entries),
    original,
    warnings: [],
  };
  const label = dimensionLabel(entries, '1');
  if (tables.length === 1 && intensities.length === 1) {
    const columns = [
      { name: entries.get('Dimension 1 name') ?? 'energy', unit: label.unit, values: energies },
      { name: 'intensity1', unit: '', values: intensities[0] },
    ];
    return { kind: 'table', spectrum: { axis: 0, values: 1 }, ...common, rows: size, columns };
  }
  const axes: Axis[] = [
    ...(tables.length > 1 ? [navigationAxis(region, '3', tables.length, name)] : []),
    navigationAxis(region, '2', intensities.length, name),
    explicitAxis({ ...label, role: 'spectral', positions: energies }),
  ];
  const load = async () => {
    const values = new Float64Array(tables.length * intensities.length * size);
    for (const [t, table] of tables.entries()) {
      for (const [c, column] of table.columns().slice(1).entries())
        values.set(column, (t * intensities.length + c) * size);
    }
    return values;
  };
  const shape = axes.map((axis) => axis.size);
  return { kind: 'array', ...common, shape, dtype: 'float64', axes, values: { kind: 'dense', load } };
}

function dimensionLabel(entries: ReadonlyMap<string, string>, dimension: string): { name: string; unit: string } {
  const text = entries.get(`Dimension ${dimension} name`) ?? '';
  return splitBracketedUnit(text) ?? { name: text, unit: '' };
}

function navigationAxis(region: Region, dimension: string, size: number, name: string): Axis {
  const positions = region.scales.get(dimension) ?? Float64Array.from({ length: size }, (_, i) => i);
  if (positions.length !== size) {
    const what = `the data have ${size} positions along dimension ${dimension}`;
    throw wrongSize(region, name, what, `${positions.length}, as its scale says`);
  }
  return explicitAxis({ ...dimensionLabel(region.entries, dimension), role: 'navigation', positions });
}

function wrongSize({ number }: Region, name: string, what: string, expected: string) {
  return formatError({
    code: 'wrong-size',
    where: `${name}, region ${number}`,
    what,
    expected,
    fix: 'copy or export the file again',
  });
}
