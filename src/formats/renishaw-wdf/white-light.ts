import { uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import type { ByteSource } from '../format.ts';
import type { Chunk } from './chunks.ts';
import { decodeJpeg } from './jpeg.ts';

/** Tags that Renishaw adds to the EXIF of its photographs: position of the corner, field of view (µm), magnification. */
const POSITION = 0xfea0;
const FIELD = 0xfea1;
const MAGNIFICATION = 0xfea2;
const LARGEST = 2 ** 26;

/**
 * The photograph in white light, on the axes of the stage; in pixels where it does not say where it was taken.
 * @throws SpectrailError `format/bad-jpeg`
 */
export async function readWhiteLight(file: ByteSource, chunk: Chunk): Promise<ArrayDataset> {
  const bytes = await file.read(chunk.offset, Math.min(chunk.size, LARGEST));
  const { width, height, rgba } = decodeJpeg(bytes);
  const place = exif(bytes);
  const [position, field] = [place.get(POSITION), place.get(FIELD)];
  const magnification = place.get(MAGNIFICATION)?.[0] ?? 1;
  const axis = (name: string, d: number, size: number) => {
    const scale = (field?.[d] ?? Number.NaN) / magnification / size;
    const offset = position?.[d] ?? Number.NaN;
    return Number.isFinite(scale) && Number.isFinite(offset)
      ? uniformAxis({ name, unit: 'µm', role: 'signal', size, scale, offset })
      : uniformAxis({ name, unit: 'px', role: 'signal', size });
  };
  return {
    kind: 'array',
    title: '',
    shape: [height, width],
    dtype: 'rgba8',
    axes: [axis('y', 1, height), axis('x', 0, width)],
    values: { kind: 'dense', load: async () => rgba },
    metadata: {},
    original: { bytes: bytes.length, magnification: place.get(MAGNIFICATION)?.[0] ?? null },
    warnings: [],
  };
}

const SIGNED_RATIONAL = 10;

/** Signed fractions in the first directory of the EXIF segment, by their tag. */
function exif(bytes: Uint8Array): Map<number, number[]> {
  const found = new Map<number, number[]>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 2;
  while (at + 10 <= bytes.length && view.getUint16(at) !== 0xffda && view.getUint16(at) !== 0xffe1) {
    at += 2 + view.getUint16(at + 2);
  }
  if (at + 18 > bytes.length || view.getUint16(at) !== 0xffe1 || view.getUint32(at + 4) !== 0x45786966) return found;
  const base = at + 10;
  const end = Math.min(bytes.length, at + 2 + view.getUint16(at + 2));
  const little = view.getUint16(base) === 0x4949;
  const directory = base + view.getUint32(base + 4, little);
  if (directory + 2 > end) return found;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries && directory + 14 + 12 * i <= end; i++) {
    const entry = directory + 2 + 12 * i;
    const count = view.getUint32(entry + 4, little);
    const start = base + view.getUint32(entry + 8, little);
    if (view.getUint16(entry + 2, little) !== SIGNED_RATIONAL || !(start + 8 * count <= end)) continue;
    const values = Array.from({ length: count }, (_, k) => {
      return view.getInt32(start + 8 * k, little) / view.getInt32(start + 8 * k + 4, little);
    });
    found.set(view.getUint16(entry, little), values);
  }
  return found;
}
