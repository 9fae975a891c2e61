import { type Axis, explicitAxis, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import type { ByteSource } from '../format.ts';
import { readWholeText } from '../whole-text.ts';
import { attribute, child, children, type Element, plainTree } from '../xml-tree.ts';
import { type Dimension, dimensionOf, placeFrames, runsOn } from './axes.ts';
import { frameValues } from './frame-values.ts';
import { triVistaMetadata } from './metadata.ts';
import { setting, settingsOf, settingsTree } from './settings.ts';
import { type Window, windowsOf } from './windows.ts';
import { badTriVista, framesIn, parseTriVista, type TriVistaDocument } from './xml.ts';

const MOST_BYTES = 1 << 28;

/**
 * Each document of the file as a spectrum, a series in time, a line scan or a map, the spectral axis last; of a glued
 * spectrum first the whole, then the windows it was glued of. Positions that step back begin a spectrum of their own. The
 * title is the name under which VistaControl saved the file.
 *
 * @throws SpectrailError `format/bad-trivista`, `input/too-large`, `format/truncated`.
 */
export async function readTriVista(file: ByteSource): Promise<ArrayDataset[]> {
  const text = await readWholeText(file, MOST_BYTES);
  const parsed = parseTriVista(text, file.name);
  const saved = attribute(parsed.root, 'Filename') ?? '';
  const stem = saved.slice(Math.max(saved.lastIndexOf('\\'), saved.lastIndexOf('/')) + 1).replace(/\.[^.]*$/, '');
  const documents = children(child(parsed.root, 'Documents'), 'Document');
  const found = documents.flatMap((document, i) => {
    const title = documents.length === 1 ? stem : `${stem} ${i + 1}`.trim();
    const where = documents.length === 1 ? file.name : `${file.name}, document ${i + 1}`;
    const parts = partsOf(document);
    return [
      ...readDocument(text, parsed, { document, title, where, glued: parts.length > 0 }),
      ...parts.flatMap((part, p) =>
        readDocument(text, parsed, {
          document: part,
          title: `${title}, window ${p + 1}`,
          where: `${where}, window ${p + 1}`,
          glued: false,
        }),
      ),
    ];
  });
  if (found.length > 0) return found;
  throw badTriVista(
    file.name,
    `none of its ${documents.length} documents holds a frame`,
    'a <Document> with a <Frame>',
  );
}

/** Documents that a document was made of. */
function partsOf(document: Element): Element[] {
  const inside = child(document, 'Childs') ?? {};
  return Object.keys(inside)
    .flatMap((tag) => children(inside, tag))
    .filter((part) => child(part, 'Data'));
}

interface Part {
  readonly document: Element;
  readonly title: string;
  readonly where: string;
  readonly glued: boolean;
}

function readDocument(text: string, parsed: TriVistaDocument, part: Part): ArrayDataset[] {
  const { document, title, where } = part;
  const { root } = parsed;
  const frames = framesIn(parsed, child(document, 'Data'));
  if (frames.length === 0) return [];
  const encoding = attribute(document, 'Encoding');
  if (encoding !== undefined && encoding !== 'Ascii') {
    throw badTriVista(where, `the frames are written as "${encoding.slice(0, 40)}"`, 'Ascii');
  }
  const warnings: string[] = [];
  const settings = settingsOf(document, where, warnings);
  const [x, y, z] = ['xDim', 'yDim', 'zDim'].map((tag) => dimensionOf(document, tag, where));
  if (z.size !== frames.length) warnings.push(`zDim says ${z.size} frames, the file has ${frames.length}`);
  const placement = placeFrames(frames, z, settings, warnings);
  const inOrder = placement.order.map((f) => frames[f]);
  const values = frameValues(text, inOrder, x.size * y.size, where);
  const rows = y.size > 1 ? [rowAxis(y)] : [];
  const glued = part.glued || /glue/i.test(setting(settings, 'Experiment', 'Mode') ?? '');
  const metadata = triVistaMetadata(root, document, settings, glued);
  const original = {
    ...plainTree(document, ['Data', 'Childs', '@_InfoSerialized']),
    settings: settingsTree(settings),
    hardware: plainTree(child(root, 'Hardware') ?? {}),
  };
  const { windows, spectral } = spectralAxes(x, warnings);
  return windows.map((window, w): ArrayDataset => {
    const axes = [...placement.axes, ...rows, spectral[w]];
    return {
      kind: 'array',
      title: windows.length === 1 ? title : `${title}, part ${w + 1}`,
      shape: axes.map(({ size }) => size),
      dtype: 'float64',
      axes,
      values: { kind: 'dense', load: async () => columns(values, x.size, window) },
      metadata,
      original,
      warnings,
    };
  });
}

function rowAxis(y: Dimension): Axis {
  const role = 'navigation';
  if (!runsOn(y)) return uniformAxis({ name: 'row', role, size: y.size });
  return explicitAxis({ name: y.name, unit: y.unit, role, positions: y.positions });
}

/** Channels are counted where no positions are listed, or where those listed run nowhere. */
function spectralAxes(x: Dimension, warnings: string[]): { windows: readonly Window[]; spectral: readonly Axis[] } {
  const windows = x.positions && windowsOf(x.positions);
  if (!x.positions || !windows) {
    warnings.push('the file lists no positions along the spectra: channels are counted');
    const counted = uniformAxis({ name: 'channel', role: 'spectral', size: x.size });
    return { windows: [{ start: 0, end: x.size }], spectral: [counted] };
  }
  const { name, unit, positions } = x;
  if (windows.length > 1) {
    warnings.push(`the positions step back ${windows.length - 1} times: each window is a spectrum of its own`);
  }
  const spectral = windows.map(({ start, end }) =>
    explicitAxis({ name, unit, role: 'spectral', positions: positions.subarray(start, end) }),
  );
  return { windows, spectral };
}

/** Channels [start, end) of rows of `width`. */
function columns(values: Float64Array, width: number, { start, end }: Window): Float64Array {
  if (end - start === width) return values.slice();
  const rows = values.length / width;
  const out = new Float64Array(rows * (end - start));
  for (let r = 0; r < rows; r++) {
    out.set(values.subarray(r * width + start, r * width + end), r * (end - start));
  }
  return out;
}
