import { formatError, type SpectrailError } from '../../signal/errors.ts';
import type { ReadAt } from './heap-guard.ts';

/** A file whose structures are read here, without the library. */
export interface Place {
  readonly readAt: ReadAt;
  readonly fileSize: number;
  /** Where addresses count from. */
  readonly base: number;
  /** For messages. */
  readonly where: string;
}

/** One message of an object's header. */
export interface Message {
  readonly type: number;
  /** It only says where in the file the message itself is. */
  readonly shared: boolean;
  readonly data: DataView;
}

const CONTINUATION = 0x10;
const MOST_BLOCKS = 64;

/**
 * The messages of an object header of version 1 or 2, those of its continuation blocks with them (HDF5 File Format
 * Specification 3.0, IV.A.1; addresses and lengths of 8 bytes).
 * @throws SpectrailError `format/hdf5-damaged`
 */
export function messagesAt(place: Place, address: number): Message[] {
  const head = bytesAt(place, address, 16, 'the header of the dataset');
  const messages: Message[] = [];
  const blocks: { from: number; length: number; second: boolean; order: boolean }[] = [];
  if (head.getUint32(0, false) === 0x4f484452) {
    const flags = head.getUint8(5);
    const at = 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
    const bytes = 1 << (flags & 3);
    const sizes = bytesAt(place, address + at, 8, 'the size of the header');
    // 1, 2, 4 or 8 bytes; a header is never 4 GiB long.
    const length = bytes === 1 ? sizes.getUint8(0) : bytes === 2 ? sizes.getUint16(0, true) : sizes.getUint32(0, true);
    blocks.push({ from: address + at + bytes, length, second: true, order: (flags & 4) !== 0 });
  } else if (head.getUint8(0) === 1) {
    blocks.push({ from: address + 16, length: head.getUint32(8, true), second: false, order: false });
  } else throw damaged(place, address, 'no header of an object', 'version 1 or 2 of it');
  for (let b = 0; b < blocks.length && b < MOST_BLOCKS; b++) {
    const { from, length, second, order } = blocks[b];
    const body = bytesAt(place, from, length, 'a block of the header');
    const prefix = second ? (order ? 6 : 4) : 8;
    for (let at = 0; at + prefix <= length; ) {
      const type = second ? body.getUint8(at) : body.getUint16(at, true);
      const size = body.getUint16(at + (second ? 1 : 2), true);
      const shared = (body.getUint8(at + (second ? 3 : 4)) & 2) !== 0;
      const start = at + prefix;
      if (start + size > length) break;
      const data = new DataView(body.buffer, body.byteOffset + start, size);
      if (type === CONTINUATION && size >= 16) {
        const next = addressIn(data, 0);
        const whole = Number(data.getBigUint64(8, true));
        // OCHK before the messages, a checksum behind.
        if (next !== undefined) {
          const inner = second ? { from: next + 4, length: whole - 8 } : { from: next, length: whole };
          blocks.push({ ...inner, second, order });
        }
      } else messages.push({ type, shared, data });
      at = start + size;
    }
  }
  return messages;
}

/** All bits set: nowhere. */
export function addressIn(view: DataView, at: number): number | undefined {
  const address = view.getBigUint64(at, true);
  return address === 0xffff_ffff_ffff_ffffn ? undefined : Number(address);
}

/** @throws SpectrailError `format/hdf5-damaged` where they do not all lie in the file. */
export function bytesAt(place: Place, address: number, length: number, what: string): DataView {
  const from = address + place.base;
  if (!(Number.isSafeInteger(from) && length >= 0 && from >= 0 && from + length <= place.fileSize)) {
    throw damaged(place, address, `${what} of ${length} bytes`, `it to lie within ${place.fileSize} bytes`);
  }
  const bytes = place.readAt(from, length);
  if (bytes.length < length) throw damaged(place, address, `${bytes.length} bytes of ${what}`, `${length} bytes`);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

export function damaged({ where }: Place, address: number, what: string, expected: string): SpectrailError {
  return formatError({
    code: 'hdf5-damaged',
    where: `${where}, address ${address}`,
    what,
    expected,
    fix: 'copy the file again from where it was recorded',
  });
}
