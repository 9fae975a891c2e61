import type { ArrayDataset } from '../../signal/dataset.ts';
import type { Dtype } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { storedValues } from '../stored-array.ts';
import { decodeText } from '../whole-text.ts';
import { Comment } from './comment.ts';
import { HEADER_BYTES, headerOf } from './header.ts';
import { streakMetadata } from './metadata.ts';
import { axesOf, scaleOf } from './scaling.ts';

/** By the type in the header. */
const DTYPES: Readonly<Record<number, Dtype>> = { 0: 'uint8', 2: 'uint16', 3: 'uint32' };

/**
 * The image of a file: for a streak camera behind a spectrograph a spectrum at each time.
 * @throws SpectrailError `format/bad-hamamatsu`, `format/truncated`.
 */
export async function readStreakImage(file: ByteSource): Promise<ArrayDataset[]> {
  const header = headerOf(await file.read(0, HEADER_BYTES));
  if (!header) throw bad(file.name, 'it does not begin as an ITEX image', `"IM" and ${HEADER_BYTES} bytes in all`);
  const { width, height, type, images } = header;
  const dtype = Object.hasOwn(DTYPES, type) ? DTYPES[type] : undefined;
  if (!dtype) {
    const found = type === 1 ? 'is compressed' : `has values of the unknown type ${type}`;
    throw bad(`${file.name}, byte 12`, `the image ${found}`, 'type 0, 2 or 3: whole numbers of 8, 16 or 32 bits');
  }
  if (width === 0 || height === 0) {
    throw bad(`${file.name}, byte 4`, `the image has ${width} × ${height} pixels`, 'at least one');
  }
  const shape = [height, width];
  const offset = HEADER_BYTES + header.comment;
  const values = storedValues({ source: file, offset, dtype, littleEndian: true, shape });
  const comment = new Comment(decodeText(await file.read(HEADER_BYTES, header.comment)));
  const warnings: string[] = [];
  if (images > 1) warnings.push(`the header counts ${images} images: the first one is read`);
  const y = await scaleOf(file, comment, 'Y', height, warnings);
  const x = await scaleOf(file, comment, 'X', width, warnings);
  return [
    {
      kind: 'array',
      title: '',
      shape,
      dtype,
      axes: axesOf(y, height, x, width),
      values,
      metadata: streakMetadata(comment),
      original: comment.tree(),
      warnings,
    },
  ];
}

function bad(where: string, what: string, expected: string) {
  return formatError({ code: 'bad-hamamatsu', where, what, expected, fix: 'save it again from HPD-TA or HiPic' });
}
