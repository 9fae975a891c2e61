import { type Axis, type AxisRole, uniformAxis } from '../../signal/axis.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import type { Dtype } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import { type ByteSource, defineFormat } from '../format.ts';
import { storedValues } from '../stored-array.ts';
import { LABEL_BYTES, type Label, parseLabel } from './label.ts';

const SPECTRUM = 4;
/** Numbers of 16 bits in the first record. */
const FIRST_BYTES = 12;
/** Before and after each record stands its length. */
const MARK = 4;
const DTYPES_OF_FORMS: readonly Dtype[] = ['int8', 'int16', 'float32', 'complex64', 'int32'];

/**
 * Pictures of Semper 6 and 7 (Synoptics) as unformatted Fortran records: sizes, title, label, then a record for each row.
 */
export default defineFormat({
  id: 'semper',
  title: 'Semper picture',
  extensions: ['.unf'],
  sniff: (head) => (byteOrder(head) === undefined ? 'no' : 'certain'),
  read: readSemper,
});

/** True: little-endian; undefined: it is no Semper picture. */
function byteOrder(head: Uint8Array): boolean | undefined {
  if (head.length < FIRST_BYTES + 2 * MARK) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return [true, false].find((little) => {
    const marks = [0, MARK + FIRST_BYTES].every((at) => view.getInt32(at, little) === FIRST_BYTES);
    const [columns, rows, layers, , form, flags] = [4, 6, 8, 10, 12, 14].map((at) => view.getInt16(at, little));
    const version = Math.floor(flags / 10_000);
    return marks && columns > 0 && rows > 0 && layers > 0 && form in DTYPES_OF_FORMS && version >= 0 && version <= 3;
  });
}

/** @throws SpectrailError `format/bad-semper`, `format/truncated`. */
async function readSemper(file: ByteSource): Promise<ArrayDataset[]> {
  const bad = (at: number, what: string, expected: string) =>
    formatError({
      code: 'bad-semper',
      where: `${file.name}, byte ${at}`,
      what,
      expected,
      fix: 'copy the file again: it is damaged',
    });
  const head = await file.read(0, FIRST_BYTES + 2 * MARK);
  const littleEndian = byteOrder(head);
  if (littleEndian === undefined) {
    throw bad(0, 'there is no Semper header', 'a record of 12 bytes with sizes of at least 1 and a form of 0 to 4');
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const [columns, rows, layers, pictureClass, form, flags] = [4, 6, 8, 10, 12, 14].map((at) =>
    view.getInt16(at, littleEndian),
  );
  let at = FIRST_BYTES + 2 * MARK;
  /** The record that begins at `at`, which must have `length` bytes. */
  const record = async (length: number): Promise<Uint8Array> => {
    const bytes = await file.read(at, length + MARK);
    const marked = bytes.length < MARK ? -1 : new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, littleEndian);
    if (marked !== length || bytes.length < length + MARK) {
      throw bad(at, `the record has ${marked} bytes`, `${length} bytes, all of them in the file`);
    }
    at += length + 2 * MARK;
    return bytes.subarray(MARK);
  };
  const titleBytes = flags % 1000;
  const title = titleBytes > 0 ? new TextDecoder('latin1').decode(await record(titleBytes)).trim() : '';
  const labelled = Math.floor(flags / 1000) % 10 > 0;
  const label: Label = labelled
    ? parseLabel(await record(LABEL_BYTES), littleEndian)
    : { calibrated: false, metadata: {}, original: {} };
  // Bytes of Semper run from 0 to 255; only the range in the label tells those from bytes with a sign.
  const dtype = form === 0 && (label.maximum ?? 0) > 127 ? 'uint8' : DTYPES_OF_FORMS[form];
  const axes = axesOf([columns, rows, layers], pictureClass);
  // The mark behind a row and the one before the next are the header of a frame of one row.
  const values = storedValues({
    source: file,
    offset: at - MARK,
    dtype,
    littleEndian,
    shape: [layers, rows, 1, columns],
    frameHeader: 2 * MARK,
  });
  return [
    {
      kind: 'array',
      title,
      shape: axes.map((axis) => axis.size),
      dtype,
      axes,
      values,
      metadata: label.metadata,
      original: { columns, rows, layers, class: pictureClass, form, ...label.original },
      warnings: label.calibrated
        ? ['the label has a calibration, whose layout is not published: positions are pixels, its numbers are kept']
        : [],
    },
  ];
}

function axesOf([columns, rows, layers]: readonly number[], pictureClass: number): Axis[] {
  const axis = (name: string, role: AxisRole, size: number) => uniformAxis({ name, role, size });
  const above = layers > 1 ? [axis('z', 'navigation', layers)] : [];
  if (rows === 1) return [...above, axis('x', pictureClass === SPECTRUM ? 'spectral' : 'signal', columns)];
  return [...above, axis('y', 'signal', rows), axis('x', 'signal', columns)];
}
