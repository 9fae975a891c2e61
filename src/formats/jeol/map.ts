import type { ArrayDataset, Metadata } from '../../signal/dataset.ts';
import { dtypeOf } from '../../signal/dtype.ts';
import type { ByteSource } from '../format.ts';
import { addMoment, energyAxis, known, microscope, QUANTITY, scanAxes, signalType } from './conditions.ts';
import { damaged } from './damage.ts';
import { CHANNELS, type DecodedSweeps, LINE, POSITIONS, sumSweeps } from './events.ts';
import { type JeolNode, nodeAt, numberAt, parseTree, plainTree, positiveAt, textAt } from './tree.ts';

/** Header of a stream: where its tree and its words are (bytes, 32 bits each), and when it was taken. */
const PLACES = { tree: 20, treeLength: 24, words: 28, wordsLength: 32, date: 296, bytes: 304 };
const TREE_HEAD = 12;

/** A map as a stream of events (`.pts`), summed over its sweeps. */
export async function readMap(file: ByteSource): Promise<ArrayDataset> {
  const head = await file.read(0, PLACES.bytes);
  if (head.length < PLACES.bytes) {
    throw damaged(file.name, head.length, `a header of ${PLACES.bytes} bytes`, `${head.length} bytes`);
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const at = view.getUint32(PLACES.tree, true);
  const length = view.getUint32(PLACES.treeLength, true);
  if (length <= TREE_HEAD || at + length > file.size) {
    throw damaged(file.name, PLACES.tree, `${length} bytes of conditions at byte ${at}`, `${file.size} bytes in all`);
  }
  const tree = parseTree(await file.read(at, length), TREE_HEAD, { name: file.name, base: at });
  const measured = nodeAt(tree, 'PTTD Data', 'AnalyzableMap MeasData');
  const { width, height } = scanSize(measured, file.name, at);
  const warnings: string[] = [];
  const axis = energyAxis(CHANNELS, ...calibration(tree, measured, { name: file.name, at, warnings }));
  const sweeps = await readSweeps(file, view, width, height, warnings);
  warnings.push(...sweepWarnings(sweeps, height));
  const sem = page(tree, 'SEM');
  const magnification = positiveAt(measured, 'MeasCond', 'Mag');
  const metadata = microscope(positiveAt(measured, 'MeasCond', 'AccKV'), magnification);
  metadata.detector_EDS = detectorOf(sem, nodeAt(measured, 'Doc'));
  const dwell = positiveAt(measured, 'Doc', 'DwellTime(msec)');
  if (dwell !== undefined) metadata.dwell_time_s = dwell / 1000;
  addMoment(metadata, view.getFloat64(PLACES.date, true));
  metadata.signal_type = signalType(metadata);
  metadata.quantity = QUANTITY;
  const { block } = sweeps;
  return {
    kind: 'array',
    title: `EDS extracted from ${file.name}`,
    shape: [height, width, CHANNELS],
    dtype: dtypeOf(block.count),
    axes: [...scanAxes({ width, height }, 'navigation', positiveAt(sem, 'ScanSize'), magnification), axis],
    values: { kind: 'events', load: async () => block },
    metadata,
    original: plainTree(tree),
    warnings,
  };
}

async function readSweeps(
  file: ByteSource,
  view: DataView,
  width: number,
  height: number,
  warnings: string[],
): Promise<DecodedSweeps> {
  const start = view.getUint32(PLACES.words, true);
  const declared = view.getUint32(PLACES.wordsLength, true);
  if (start > file.size) throw damaged(file.name, PLACES.words, `events at byte ${start}`, `${file.size} bytes in all`);
  const left = file.size - start;
  if (declared > left) warnings.push(`the header declares ${declared} bytes of events, the file has ${left}`);
  const bytes = await file.read(start, Math.min(declared, left));
  const words = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
  const first = words.findIndex((word) => word >>> 12 === LINE);
  if (first < 0) throw damaged(file.name, start, 'a map without a line', 'at least one line of events');
  return sumSweeps(words, width, height);
}

/** `512x512`. */
function scanSize(measured: JeolNode | undefined, name: string, at: number) {
  const text = textAt(measured, 'Meas Cond', 'Pixels') ?? '';
  const match = /^\s*(\d{1,4})\s*x\s*(\d{1,4})\s*$/i.exec(text);
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  const fits = (size: number) => size >= 1 && size <= POSITIONS;
  if (fits(width) && fits(height)) return { width, height };
  throw damaged(name, at, `"${text}" pixels`, `Pixels such as 512x512, ${POSITIONS} at most either way`);
}

/** keV per channel and at channel 0: the coefficients count from the zero peak, whose channel the template has. */
function calibration(
  tree: JeolNode,
  measured: JeolNode | undefined,
  { name, at, warnings }: { name: string; at: number; warnings: string[] },
): [number, number] {
  const scale = positiveAt(measured, 'Doc', 'CoefA');
  const offset = numberAt(measured, 'Doc', 'CoefB');
  if (scale === undefined || offset === undefined) {
    throw damaged(name, at, `an energy calibration of ${scale} and ${offset}`, 'CoefA above 0, and CoefB');
  }
  const template = textAt(measured, 'Meas Cond', 'Tpl') ?? '';
  const zero = numberAt(page(tree, 'EDXRF'), 'Tpl', template, 'DigZ');
  if (zero === undefined) warnings.push(`the channel of the zero peak is not stated: energies count from channel 0`);
  return [scale, offset - scale * (zero ?? 0)];
}

/** Pages of parameters are numbered; what they are about is their value. */
function page(tree: JeolNode, about: string): JeolNode | undefined {
  const pages = [...(nodeAt(tree, 'PTTD Param', 'Params')?.children.entries() ?? [])];
  return pages.find(([name, node]) => name.startsWith('PARAMPAGE') && textAt(node) === about)?.[1];
}

function detectorOf(sem: JeolNode | undefined, doc: JeolNode | undefined): Metadata {
  return known({
    azimuth_angle: numberAt(sem, 'DirAng'),
    detector_type: textAt(sem, 'DetT'),
    elevation_angle: numberAt(sem, 'ElevAng'),
    energy_resolution_MnKa: positiveAt(sem, 'MnKaRES'),
    live_time: positiveAt(doc, 'LiveTime'),
    real_time: positiveAt(doc, 'RealTime'),
  });
}

function sweepWarnings({ sweeps, lastLines, complete, image }: DecodedSweeps, height: number): string[] {
  const warnings: string[] = [];
  if (!complete) {
    const others = sweeps > 1 ? ': the others have one sweep less' : ': the others are empty';
    warnings.push(`sweep ${sweeps} stopped in line ${lastLines} of ${height}${others}`);
  }
  if (image) warnings.push('the image that was recorded with the events is not read');
  return warnings;
}
