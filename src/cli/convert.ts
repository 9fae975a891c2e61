import { Command, Option } from 'commander';
import { open } from '../index.ts';
import { formatBytes } from '../report/numbers.ts';
import { mainDataset } from '../signal/as-signal.ts';
import { type ArrayDataset, settled } from '../signal/dataset.ts';
import { inputError } from '../signal/errors.ts';
import { MODALITY_IDS, type ModalityId, signalTypeOf } from '../signal/modality.ts';
import { writerFor } from './formats-by-name.ts';
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
      'write a signal in another format, chosen by the ending of OUT (.spectrail .zspy .hspy .npy .csv .msa)',
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
  if (chosen.kind === 'table') {
    throw inputError({
      code: 'not-an-array',
      where: from,
      what: `"${chosen.title}" is a table of columns without a declared axis`,
      expected: 'an array with axes',
    });
  }
  const dataset = stated(await settled(chosen), options.modality);
  const { bytes, written } = await writeDataset(dataset, to, writer, { force: options.force, keep: [from] });
  const { shape, dtype } = dataset;
  if (options.json) {
    printJson({ file: to, format: writer.id, bytes, title: dataset.title, shape, dtype, values: written });
    return;
  }
  const title = dataset.title ? `"${dataset.title}", ` : '';
  const events = written?.kind === 'events' ? ` as ${written.entries} events` : '';
  const what = `${title}${shape.join(' × ') || 'one value'} ${dtype}${events}, ${writer.title}, ${formatBytes(bytes)}`;
  print(wrap(`${to}: ${what}`, undefined, 2));
  const others = datasets.length - 1;
  if (others > 0 && options.signal === undefined) {
    print(wrap(`${others} more in ${from}: see \`spectrail info\`, choose with --signal`, undefined, 2));
  }
}

/** As of the modality that the user states; `unknown` is no type. */
function stated(dataset: ArrayDataset, modality: ModalityId | undefined): ArrayDataset {
  if (modality === undefined) return dataset;
  const { signal_type: said, ...metadata } = dataset.metadata;
  const type = signalTypeOf(modality, said);
  return { ...dataset, metadata: type === undefined ? metadata : { ...metadata, signal_type: type } };
}
