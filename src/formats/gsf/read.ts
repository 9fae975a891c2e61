import { type Axis, uniformAxis } from '../../signal/axis.ts';
import type { Dataset, Metadata, PlainTree } from '../../signal/dataset.ts';
import { decodeValues } from '../../signal/dtype.ts';
import { formatError } from '../../signal/errors.ts';
import { referenceTo } from '../file-reference.ts';
import type { ByteSource } from '../format.ts';
import rawRows from '../raw-rows.ts';
import { denseRows } from '../stored-rows.ts';
import { decodeText } from '../whole-text.ts';

const MAGIC = 'Gwyddion Simple Field 1.0\n';
/** Longer headers describe no field. */
const LONGEST_HEADER = 2 ** 16;

export function isGsf(head: Uint8Array): boolean {
  return [...MAGIC].every((letter, i) => head[i] === letter.charCodeAt(0));
}

/**
 * One image of 32-bit floats. Positions are those of the middle of the pixels, in the unit of the file; pixels are counted
 * where it gives no size of the field.
 *
 * @throws SpectrailError `format/not-gsf`, `format/bad-header`, `format/truncated`.
 */
export async function readGsf(file: ByteSource): Promise<Dataset[]> {
  const head = await file.read(0, LONGEST_HEADER);
  if (!isGsf(head)) {
    throw formatError({
      code: 'not-gsf',
      where: `${file.name}, byte 0`,
      what: 'the file does not begin as one',
      expected: `"${MAGIC.trim()}"`,
      fix: 'open it as what it is',
    });
  }
  const end = head.indexOf(0);
  if (end < 0) throw badHeader(file.name, 'has no end', `a zero byte within ${LONGEST_HEADER} bytes`);
  const header = parseHeader(decodeText(head.subarray(MAGIC.length, end)));
  const [width, height] = [sizeOf(header, 'XRes', file.name), sizeOf(header, 'YRes', file.name)];
  // One to four zero bytes bring the values to a multiple of four.
  const offset = end + 4 - (end % 4);
  const expected = offset + 4 * width * height;
  if (!(expected <= file.size)) {
    throw formatError({
      code: 'truncated',
      where: `${file.name}, byte ${file.size}`,
      what: 'the file ends too early',
      expected: `${expected} bytes for ${width} × ${height} values`,
      fix: 'copy the file again',
    });
  }
  const warnings = file.size > expected ? [`${file.size - expected} bytes after the values are not read`] : [];
  const axes = [axisOf(header, 'Y', height, warnings), axisOf(header, 'X', width, warnings)];
  const reference = referenceTo(file);
  const args = reference && { file: reference, offset, dtype: 'float32' as const, littleEndian: true, channels: width };
  const shape = [height, width];
  const load = async () => decodeValues(await file.read(offset, 4 * width * height), 'float32', width * height);
  return [
    {
      kind: 'array',
      title: header.get('Title') ?? '',
      shape,
      dtype: 'float32',
      axes,
      values: { kind: 'dense', load, rows: args && denseRows('rows/raw', rawRows, args, 'float32', shape) },
      metadata: metadataOf(header),
      original: originalOf(header),
      warnings,
    },
  ];
}

/** Lines `Name = value`; the last of a name counts. */
function parseHeader(text: string): Map<string, string> {
  const header = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const equals = line.indexOf('=');
    if (equals > 0) header.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
  }
  return header;
}

function sizeOf(header: ReadonlyMap<string, string>, name: string, file: string): number {
  const text = header.get(name) ?? '';
  const size = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (size > 0) return size;
  throw badHeader(file, `has ${name} "${text.slice(0, 40)}"`, 'a whole number of at least 1');
}

function axisOf(header: ReadonlyMap<string, string>, letter: 'X' | 'Y', size: number, warnings: string[]): Axis {
  const name = letter.toLowerCase();
  const role = 'signal' as const;
  const number = (key: string) => {
    const text = header.get(key);
    const value = text && text.length < 60 ? Number(text) : Number.NaN;
    if (text !== undefined && !Number.isFinite(value))
      warnings.push(`${key} is "${text.slice(0, 40)}", which is no number`);
    return Number.isFinite(value) ? value : undefined;
  };
  const [length, offset] = [number(`${letter}Real`), number(`${letter}Offset`)];
  if (length === undefined || !(length > 0)) {
    if (length !== undefined) warnings.push(`${letter}Real is ${length}: pixels are counted`);
    return uniformAxis({ name, role, size });
  }
  const scale = length / size;
  return uniformAxis({ name, unit: header.get('XYUnits') ?? '', role, size, scale, offset: (offset ?? 0) + scale / 2 });
}

function metadataOf(header: ReadonlyMap<string, string>): Metadata {
  const unit = header.get('ZUnits');
  return unit ? { quantity: unit } : {};
}

function originalOf(header: ReadonlyMap<string, string>): PlainTree {
  const tree: PlainTree = Object.create(null);
  for (const [name, value] of header) tree[name] = value;
  return tree;
}

function badHeader(file: string, what: string, expected: string) {
  return formatError({
    code: 'bad-header',
    where: file,
    what: `the header ${what}`,
    expected,
    fix: 'export the field again',
  });
}
