import type { ArrayDataset } from '../../signal/dataset.ts';
import { DTYPES, type Dtype, decodeValues } from '../../signal/dtype.ts';
import type { ByteSource } from '../format.ts';
import { addMoment, microscope, scanAxes } from './conditions.ts';
import { damaged } from './damage.ts';
import { nodeAt, numberAt, numbersAt, parseTree, plainTree, positiveAt, textAt } from './tree.ts';

/** Byte that says where the tree with the image begins, 12 bytes before its first entry. */
const TREE_AT = 44;
const TREE_HEAD = 12;
const DTYPE: Readonly<Record<number, Dtype>> = { 6: 'uint8', 7: 'uint16', 8: 'int32', 9: 'float32', 10: 'float64' };

/** An image (`.img`) or the map of an element (`.map`): one tree with the pixels, another without is passed over. */
export async function readImage(file: ByteSource): Promise<ArrayDataset> {
  const bytes = await file.read(0, file.size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = bytes.length >= TREE_AT + 4 ? view.getUint32(TREE_AT, true) + TREE_HEAD : bytes.length;
  if (start >= bytes.length) {
    throw damaged(file.name, TREE_AT, `the image begins at byte ${start}`, `a place before byte ${bytes.length}`);
  }
  const tree = parseTree(bytes, start, { name: file.name, base: 0 });
  const [width, height] = numbersAt(tree, 'Image', 'Size');
  const bits = nodeAt(tree, 'Image', 'Bits');
  const dtype = bits && DTYPE[bits.type];
  const pixels = width * height;
  if (!bits || !dtype || !Number.isSafeInteger(pixels) || width < 1 || height < 1) {
    throw damaged(file.name, start, `an image of ${width} × ${height} pixels`, 'a Size and the Bits of an image');
  }
  if (pixels * DTYPES[dtype].bytes > bits.bytes.length) {
    const found = `${bits.bytes.length} bytes for ${width} × ${height} pixels`;
    throw damaged(file.name, start, found, `${pixels * DTYPES[dtype].bytes} bytes`);
  }
  const magnification = positiveAt(tree, 'Instrument', 'Mag');
  const metadata = microscope(positiveAt(tree, 'Instrument', 'AccV'), magnification);
  addMoment(metadata, numberAt(tree, 'Image', 'Created'));
  return {
    kind: 'array',
    title: textAt(tree, 'Image', 'Title') ?? file.name,
    shape: [height, width],
    dtype,
    axes: scanAxes({ width, height }, 'signal', positiveAt(tree, 'Instrument', 'ScanSize'), magnification),
    values: { kind: 'dense', load: async () => decodeValues(bits.bytes, dtype, pixels) },
    metadata,
    original: plainTree(tree),
    warnings: [],
  };
}
