import { Command, Option } from 'commander';
import { open } from '../index.ts';
import { formatBytes } from '../report/numbers.ts';
import { mainDataset } from '../signal/as-signal.ts';
import { type ArrayDataset, settled, type TableDataset } from '../signal/dataset.ts';
import { inputError, isSpectrailError } from '../signal/errors.ts';
import { MODALITY_IDS, type ModalityId, signalTypeOf } from '../signal/modality.ts';
import { tableSpectrum } from '../signal/table-spectrum.ts';
import { writeFileAtomically } from './atomic-file.ts';
import { type FileWriter, type Writer, writerFor } from './formats-by-name.ts';
import { namedInput } from './named-input.ts';
import { print, printJson } from './printing.ts';
import { wrap } from './text-layout.ts';
import { writeDataset } from './write-dataset.ts';

interface ConvertOptions {
  readonly signal?: string;
  readonly modality?: ModalityId;
  readonly force?: boolean;
  readonly json?: boolean;
}

export const convertCommand = () =>
  new Command('convert')
    .description(
      'write a signal or a table in another format, chosen by the ending of OUT (.spectrail .zspy .hspy .nxs .npy .msa .jdx .csv .xy)',
    )
    .argument('<in>')
    .argument('<out>')
    .option('--signal <title>', 'which signal of a file that holds several (default: the largest spectrum image)')
    .addOption(new Option('--modality <name>', 'what OUT says it is, where IN does not say').choices(MODALITY_IDS))
    .option('--force', 'replace OUT if it exists')
    .option('--json', 'for machines')
    .action(convert);

async function convert(from: string, to: string, options: ConvertOptions): Promise<void> {
  const writer = await writerFor(to);
  const { datasets } = await open(await namedInput(from));
  const chosen = mainDataset(datasets, options.signal);
  const { facts, size } =
    chosen.kind === 'table'
      ? await convertTable(chosen, from, to, writer, options)
      : await convertArray(chosen, from, to, writer, options);
  if (options.json) {
    printJson({ file: to, format: writer.id, ...facts });
    return;
  }
  const title = chosen.title ? `"${chosen.title}", ` : '';
  print(wrap(`${to}: ${title}${size}, ${writer.title}, ${formatBytes(facts.bytes)}`, undefined, 2));
  const others = datasets.length - 1;
  if (others > 0 && options.signal === undefined) {
    print(wrap(`${others} more in ${from}: see \`spectrail info\`, choose with --signal`, undefined, 2));
  }
}

interface Converted {
  /** For machines. */
  readonly facts: { readonly bytes: number; readonly [key: string]: unknown };
  /** For people. */
  readonly size: string;
}

async function convertArray(
  chosen: ArrayDataset,
  from: string,
  to: string,
  writer: Writer,
  { force, modality }: ConvertOptions,
): Promise<Converted> {
  const dataset = stated(await settled(chosen), modality);
  const { bytes, written } = await writeDataset(dataset, to, writer, { force, keep: [from] });
  const { title, shape, dtype } = dataset;
  const events = written?.kind === 'events' ? ` as ${written.entries} events` : '';
  return {
    facts: { bytes, title, shape, dtype, values: written },
    size: `${shape.join(' × ') || 'one value'} ${dtype}${events}`,
  };
}

/** A table as it is where the format holds it, else as the spectrum that its names say it is. */
async function convertTable(
  table: TableDataset,
  from: string,
  to: string,
  writer: Writer,
  options: ConvertOptions,
): Promise<Converted> {
  const encoded = writer.kind === 'file' ? await asTable(table, writer) : 'no tables';
  if (encoded instanceof Uint8Array) {
    await writeFileAtomically(to, encoded, { force: options.force });
    const { title, rows } = table;
    const columns = table.columns.map(({ name, unit }) => ({ name, units: unit }));
    return {
      facts: { bytes: encoded.length, title, kind: 'table', rows, columns },
      size: `a table of ${columns.length} columns and ${rows} rows`,
    };
  }
  return convertArray(asSpectrum(table, from, writer, encoded), from, to, writer, options);
}

/** Its bytes, or why the format does not hold it. */
async function asTable(table: TableDataset, { encodeTable }: FileWriter): Promise<Uint8Array | string> {
  if (!encodeTable) return 'no tables';
  try {
    return await encodeTable(table);
  } catch (error) {
    if (isSpectrailError(error, 'output')) return error.expected ?? error.what;
    throw error;
  }
}

function asSpectrum(table: TableDataset, from: string, writer: Writer, holds: string): ArrayDataset {
  try {
    return tableSpectrum(table);
  } catch (cause) {
    if (!isSpectrailError(cause)) throw cause;
    throw inputError({
      code: 'not-an-array',
      where: from,
      what: `"${table.title}" is a table, and as a spectrum it cannot be taken: ${cause.what}`,
      expected: `${cause.expected ?? 'a spectrum'}; ${writer.title} holds ${holds}`,
      fix: `${cause.fix ? `${cause.fix}; or ` : ''}write .csv, which holds tables`,
      cause,
    });
  }
}

/** As of the modality that the user states; `unknown` is no type. */
function stated(dataset: ArrayDataset, modality: ModalityId | undefined): ArrayDataset {
  if (modality === undefined) return dataset;
  const { signal_type: said, ...metadata } = dataset.metadata;
  const type = signalTypeOf(modality, said);
  return { ...dataset, metadata: type === undefined ? metadata : { ...metadata, signal_type: type } };
}
