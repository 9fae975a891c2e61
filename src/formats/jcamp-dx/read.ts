import { axisValues, explicitAxis } from '../../signal/axis.ts';
import type { ArrayDataset, Dataset } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { readWholeText } from '../whole-text.ts';
import { Block } from './block.ts';
import { type Label, labelsOf } from './labels.ts';
import { DEEPEST_BLOCK, MOST_BYTES, POINTS_PER_BYTE } from './limits.ts';
import { metadataOf } from './metadata.ts';
import { isMonotonic, readTable, TABLES, type Table } from './table.ts';
import { numberOf, variableOf } from './variables.ts';

/**
 * Every table of every block, in the order of the file. Spectra are arrays of one axis; pages of one quantity on one axis are
 * one array, the page its first axis; tables of more than two columns, or whose abscissa goes back and forth, are tables.
 *
 * @throws SpectrailError `format/not-jcamp`, `format/no-spectrum`, `format/bad-data`, `format/bad-axis`, `format/no-points`,
 * `format/truncated`, `format/too-many-points`, `format/too-many-labels`, `format/too-deep`, `input/too-large`.
 */
export async function readJcamp(file: ByteSource): Promise<Dataset[]> {
  const text = await readWholeText(file, MOST_BYTES);
  const found = new Reading(file.name, text);
  for (const label of labelsOf(text, file.name)) found.label(label);
  const datasets = found.finish();
  if (datasets.length > 0) return datasets;
  throw formatError({
    code: found.blocks === 0 ? 'not-jcamp' : 'no-spectrum',
    where: file.name,
    what: found.blocks === 0 ? 'there is no ##TITLE=' : 'no block of the file holds a table of numbers',
    expected: '##TITLE= and, after it, ##XYDATA=, ##XYPOINTS=, ##PEAK TABLE= or ##DATA TABLE= with numbers',
    fix: 'export the spectrum again',
  });
}

class Reading {
  blocks = 0;
  readonly #name: string;
  readonly #text: string;
  readonly #open: Block[] = [];
  readonly #found: { line: number; dataset: Dataset }[] = [];
  #room: number;

  constructor(name: string, text: string) {
    this.#name = name;
    this.#text = text;
    this.#room = POINTS_PER_BYTE * text.length;
  }

  label(label: Label): void {
    if (label.name === 'TITLE') this.#begin(label.line);
    const block = this.#open.at(-1);
    if (!block) return;
    if (label.name === 'END') {
      this.#close();
      return;
    }
    if (label.name === 'PEAKASSIGNMENTS') block.warnings.push('the peak assignments are not read');
    if (!TABLES.has(label.name)) {
      block.add(this.#text, label);
      return;
    }
    const table = readTable(block, label, this.#name, this.#text, this.#room);
    this.#room -= sizeOf(table);
    block.tables.push(table);
  }

  /** What is still open at the end of the file has no ##END=. */
  finish(): Dataset[] {
    const cut = this.#open.at(-1);
    const last = cut?.tables.at(-1);
    if (cut && last) {
      const complete = /[\r\n]\s*$/.test(this.#text.slice(-100));
      if (last.short || !complete) throw truncated(this.#name, last);
      cut.warnings.push('##END= is missing');
    }
    while (this.#open.length > 0) this.#close();
    return this.#found.sort((a, b) => a.line - b.line).map(({ dataset }) => dataset);
  }

  #begin(line: number): void {
    const open = this.#open.at(-1);
    // A block with a table has no blocks inside: its ##END= was forgotten.
    if (open && open.tables.length > 0 && !open.isLink) {
      open.warnings.push('##END= is missing');
      this.#close();
    }
    if (this.#open.length >= DEEPEST_BLOCK) {
      throw formatError({
        code: 'too-deep',
        where: `${this.#name}, line ${line}`,
        what: `blocks lie in blocks ${DEEPEST_BLOCK} deep`,
        expected: 'blocks that end with ##END=',
        fix: 'export the spectra again',
      });
    }
    this.blocks++;
    this.#open.push(new Block(line));
  }

  #close(): void {
    const block = this.#open.pop();
    if (!block || block.tables.length === 0) return;
    const stacked = stackPages(block);
    if (stacked) this.#found.push({ line: block.line, dataset: stacked });
    else for (const table of block.tables) this.#found.push({ line: table.line, dataset: datasetOf(block, table) });
  }
}

function sizeOf({ content }: Table): number {
  return content.kind === 'spectrum' ? content.values.length : content.rows * content.columns.length;
}

function datasetOf(block: Block, table: Table): Dataset {
  const about = {
    title: (block.value('TITLE') ?? '').replace(/\n+/g, ' '),
    metadata: metadataOf(block, table.ordinate, table.page),
    original: table.page === undefined ? block.original : { ...block.original, PAGE: table.page },
    warnings: [...block.warnings, ...table.warnings],
  };
  const { content } = table;
  if (content.kind === 'columns') return { kind: 'table', rows: content.rows, columns: content.columns, ...about };
  const { axis, values } = content;
  return {
    kind: 'array',
    shape: [values.length],
    dtype: 'float64',
    axes: [axis],
    values: { kind: 'dense', load: async () => values.slice() },
    ...about,
  };
}

/** The pages of a series (two-dimensional NMR, spectra in time) as one array; undefined where they are not one series. */
function stackPages(block: Block): ArrayDataset | undefined {
  const { tables } = block;
  const [first] = tables;
  if (tables.length < 2 || first.content.kind !== 'spectrum') return undefined;
  const axis = first.content.axis;
  const positions = new Float64Array(tables.length);
  const spectra: Float64Array[] = [];
  const pages = tables.map(({ page }) => /^\s*(\w+)\s*=\s*([^,]+)$/.exec(page ?? ''));
  for (const [i, { content, symbol }] of tables.entries()) {
    const position = numberOf(pages[i]?.[2]);
    if (position === undefined || pages[i]?.[1] !== pages[0]?.[1]) return undefined;
    if (content.kind !== 'spectrum' || symbol !== first.symbol || !sameAxis(content.axis, axis)) return undefined;
    positions[i] = position;
    spectra.push(content.values);
  }
  if (!isMonotonic(positions)) return undefined;
  const inside = block.ntuples;
  block.ntuples = true;
  const { name, unit } = variableOf(block, pages[0]![1].toUpperCase());
  block.ntuples = inside;
  const dataset = datasetOf(block, { ...first, page: undefined, warnings: tables.flatMap(({ warnings }) => warnings) });
  if (dataset.kind !== 'array') return undefined;
  const load = async () => {
    const values = new Float64Array(tables.length * axis.size);
    for (const [i, spectrum] of spectra.entries()) values.set(spectrum, i * axis.size);
    return values;
  };
  return {
    ...dataset,
    shape: [tables.length, axis.size],
    axes: [explicitAxis({ name, unit, role: 'navigation', positions }), axis],
    values: { kind: 'dense', load },
  };
}

type AnyAxis = ArrayDataset['axes'][number];

function sameAxis(a: AnyAxis, b: AnyAxis): boolean {
  if (a.size !== b.size || a.name !== b.name || a.unit !== b.unit || a.kind !== b.kind) return false;
  if (a.kind === 'uniform' && b.kind === 'uniform') return a.scale === b.scale && a.offset === b.offset;
  const positions = axisValues(b);
  return axisValues(a).every((position, i) => position === positions[i]);
}

function truncated(name: string, { line }: Table) {
  return formatError({
    code: 'truncated',
    where: `${name}, line ${line}`,
    what: 'the file ends inside the table that begins here',
    expected: 'all points that the header claims, and a line ##END=',
    fix: 'copy or export the file again',
  });
}
