import { internalError } from '../../signal/errors.ts';

/**
 * HDF5 booleans are an enumeration of FALSE and TRUE over int8, and HyperSpy accepts nothing else for the flags of an axis;
 * the library cannot write enumerations. So a boolean attribute is first written as a marked list of 32 bytes, and its
 * message (HDF5 File Format Specification 3.0, IV.A.2.m, version 1) is rewritten in the finished file, where it is shorter.
 */
const MARK = Uint8Array.of(
  0xf5,
  0x9d,
  0xe1,
  0x0b,
  0xc7,
  0x83,
  0xfa,
  0x16,
  0xde,
  0x91,
  0xb4,
  0x0e,
  0xa9,
  0xd2,
  0x87,
  0xfc,
  0x1d,
  0xe3,
  0x96,
  0xba,
  0x02,
  0xcd,
  0xf1,
  0x84,
  0x9e,
  0x17,
  0xeb,
  0xd8,
  0xa3,
  0x0c,
  0xf6,
);

/** What to write in place of a boolean. */
export function booleanPlaceholder(value: boolean): Int8Array<ArrayBuffer> {
  const list = new Int8Array(MARK.length + 1);
  list.set(MARK);
  list[MARK.length] = value ? 1 : 0;
  return list;
}

const padded = (size: number) => Math.ceil(size / 8) * 8;

/** Enumeration, two members, one byte: base type int8, names padded to 8, values 0 and 1. */
const ENUMERATION = Uint8Array.of(
  ...[0x18, 2, 0, 0, 1, 0, 0, 0],
  ...[0x10, 0x08, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0],
  ...[...'FALSE\0\0\0', ...'TRUE\0\0\0\0'].map((letter) => letter.charCodeAt(0)),
  ...[0, 1],
);
/** Version 1, rank 0: a scalar. */
const SCALAR = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0);

/** Turns every placeholder in the finished file into a boolean, in place. */
export function settleBooleans(file: Uint8Array): void {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = find(file, 0); at >= 0; at = find(file, at + MARK.length)) {
    const value = file[at + MARK.length];
    const start = messageStart(view, at);
    const nameBytes = padded(view.getUint16(start + 2, true));
    view.setUint16(start + 4, ENUMERATION.length, true);
    view.setUint16(start + 6, SCALAR.length, true);
    const body = start + 8 + nameBytes;
    file.fill(0, body, at + MARK.length + 1);
    file.set(ENUMERATION, body);
    file.set(SCALAR, body + padded(ENUMERATION.length));
    file[body + padded(ENUMERATION.length) + SCALAR.length] = value;
  }
}

function find(file: Uint8Array, from: number): number {
  for (let at = file.indexOf(MARK[0], from); at >= 0; at = file.indexOf(MARK[0], at + 1)) {
    if (MARK.every((byte, i) => file[at + i] === byte)) return at;
  }
  return -1;
}

/** The attribute message whose data begin at `data`: its three sizes must lead exactly there. */
function messageStart(view: DataView, data: number): number {
  for (let start = data - 32; start >= Math.max(0, data - 65536); start -= 8) {
    if (view.getUint16(start, true) !== 1) continue;
    const [name, type, space] = [2, 4, 6].map((field) => padded(view.getUint16(start + field, true)));
    if (name > 0 && type === 16 && space >= 8 && space <= 24 && start + 8 + name + type + space === data) return start;
  }
  throw internalError({ code: 'hdf5-layout', what: 'the HDF5 library wrote an attribute in an unexpected layout' });
}
