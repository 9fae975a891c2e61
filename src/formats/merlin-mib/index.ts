import { uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset, PlainTree } from '../../signal/dataset.ts';
import { DTYPES } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import { type ByteSource, defineFormat } from '../format.ts';
import { storedValues } from '../stored-array.ts';
import { isFrame, LOOKED_AT, parseFrame, parseHdr } from './header.ts';

const MOST_HDR = 1 << 16;
const isHdr = (head: Uint8Array) => /^HDR,\t?\r?\n/.test(new TextDecoder('latin1').decode(head.subarray(0, 8)));

/**
 * Frames of a Merlin detector (Quantum Detectors, Medipix3), as a scan where the `.hdr` beside them tells its size. Rows come
 * as the detector is looked at: the last one stored first.
 */
export default defineFormat({
  id: 'merlin-mib',
  title: 'Merlin frames (.mib with .hdr)',
  extensions: ['.mib', '.hdr'],
  sniff: (head) => (isFrame(head) || isHdr(head) ? 'certain' : 'no'),
  read: readMerlin,
});

/** @throws SpectrailError `format/bad-mib-header`, `format/raw-mib`, `format/missing-companion`, `format/truncated`. */
async function readMerlin(given: ByteSource): Promise<ArrayDataset[]> {
  const stem = given.name.replace(/\.[^.]*$/, '');
  const head = await given.read(0, LOOKED_AT);
  const mib = isHdr(head) ? await given.sibling(`${stem}.mib`) : given;
  if (!mib) {
    throw formatError({
      code: 'missing-companion',
      where: given.name,
      what: `"${stem}.mib" is not beside it`,
      expected: 'a .mib file with the frames',
      fix: `put ${stem}.mib into the same folder`,
    });
  }
  const hdr = mib === given ? await given.sibling(`${stem}.hdr`) : given;
  const settings = parseHdr(hdr ? new TextDecoder('latin1').decode(await hdr.read(0, MOST_HDR)) : '');
  const frame = parseFrame(mib === given ? head : await mib.read(0, LOOKED_AT), `${mib.name}, byte 0`);
  const { bytes, columns, rows, dtype } = frame;
  const stride = bytes + columns * rows * DTYPES[dtype].bytes;
  const frames = Math.max(1, Math.floor(mib.size / stride));
  const warnings: string[] = [];
  if (mib.size > frames * stride) {
    warnings.push(`${mib.size - frames * stride} bytes after the last complete frame are passed over`);
  }
  const last = parseFrame(
    await mib.read((frames - 1) * stride, LOOKED_AT),
    `${mib.name}, byte ${(frames - 1) * stride}`,
  );
  if (last.bytes !== bytes || last.columns !== columns || last.rows !== rows || last.dtype !== dtype) {
    throw formatError({
      code: 'bad-mib-header',
      where: `${mib.name}, byte ${(frames - 1) * stride}`,
      what: 'the last frame is not like the first',
      expected: `${columns} × ${rows} counts of ${dtype} behind ${bytes} bytes`,
    });
  }
  const shape = [...scanOf(settings, frames, warnings), rows, columns];
  return [
    {
      kind: 'array',
      title: '',
      shape,
      dtype,
      axes: shape.map((size, d) => uniformAxis({ role: d < shape.length - 2 ? 'navigation' : 'signal', size })),
      values: storedValues({
        source: mib,
        offset: 0,
        dtype,
        littleEndian: false,
        shape,
        frameHeader: bytes,
        bottomUp: true,
      }),
      metadata: frame.metadata,
      original: { ...frame.original, hdr: treeOf(settings) },
      warnings,
    },
  ];
}

/** Lines and columns of the scan: what the `.hdr` says where it fits the frames, else a line for each trigger. */
function scanOf(settings: ReadonlyMap<string, string>, frames: number, warnings: string[]): number[] {
  if (frames === 1) return [];
  const number = (key: string) => {
    const value = Number(settings.get(key) || Number.NaN);
    return Number.isSafeInteger(value) && value > 0 ? value : undefined;
  };
  const [across, down] = [number('ScanX'), number('ScanY')];
  if (across && down) {
    if (across * down === frames) return [down, across];
    warnings.push(`the scan was to have ${across} × ${down} frames, the file has ${frames}`);
    return frames % across === 0 ? [frames / across, across] : [frames];
  }
  const perTrigger = number('Frames per Trigger (Number)');
  if (!perTrigger || perTrigger === 1 || perTrigger >= frames || frames % perTrigger !== 0) return [frames];
  warnings.push(`the size of the scan is not stated: a line for each trigger of ${perTrigger} frames is assumed`);
  return [frames / perTrigger, perTrigger];
}

function treeOf(settings: ReadonlyMap<string, string>): PlainTree {
  const tree: PlainTree = Object.create(null);
  for (const [key, value] of settings) tree[key] = value;
  return tree;
}
