/** Reads bytes [position, position + length) of a file; fewer only at its end. */
export type ReadAt = (position: number, length: number) => Uint8Array;

const HEADER = 16;
/** As much as a collection takes that did not have to grow. */
const PIECE = 4096;

/**
 * Is every global heap collection (the store of variable-length text) that starts in these bytes walkable to its end?
 *
 * The library follows the sizes in a collection without limit, and in 32-bit memory a damaged size wraps to zero: it would
 * then loop for ever. So collections are walked here first (HDF5 File Format Specification 3.0, III.E), with lengths of 8
 * bytes, or of 4 and as many zeros.
 *
 * @param bytes What the library is about to see, from `position` of the file.
 */
export function heapsAreSound(bytes: Uint8Array, position: number, fileSize: number, readAt: ReadAt): boolean {
  if (beginsAt(bytes, 0, LOOKED_AT) && !collectionIsSound(position, fileSize, readAt)) return false;
  for (let at = findCollection(bytes, 0); at >= 0; at = findCollection(bytes, at + 1)) {
    if (!collectionIsSound(position + at, fileSize, readAt)) return false;
  }
  return true;
}

/** "GCOL", version 1, three zero bytes. */
const SIGNATURE = [0x47, 0x43, 0x4f, 0x4c, 1, 0, 0, 0];
/**
 * The library does not look at the zeros. It reads a collection from its first byte on, so there the five before them are
 * enough. Inside of what it reads there is one in an image of its cache at most, and packed values that begin by chance as
 * five bytes do would be refused.
 */
const LOOKED_AT = 5;

/** One of the letters that few values are made of; where they are, looking for it one by one takes longer. */
const RARE = 2;
const TOO_OFTEN = 64;

/** Node has a faster search than the language. */
const searchIn: Pick<Uint8Array, 'indexOf'> = typeof Buffer === 'undefined' ? Uint8Array.prototype : Buffer.prototype;

/** A byte is found faster by what is built in than by anything written here: only what that finds is looked at. */
function findCollection(bytes: Uint8Array, from: number): number {
  const most = (bytes.length - from) / TOO_OFTEN;
  let at = from + RARE;
  for (let found = 0; found <= most; found++) {
    at = searchIn.indexOf.call(bytes, SIGNATURE[RARE], at);
    if (at < 0) return -1;
    if (beginsAt(bytes, at - RARE)) return at - RARE;
    at++;
  }
  return findByStrides(bytes, at - RARE);
}

/** Every fourth byte is looked at: one of the four letters, which all differ, is among them. */
function findByStrides(bytes: Uint8Array, from: number): number {
  for (let i = from + 3; i < bytes.length; i += 4) {
    const byte = bytes[i];
    if (byte < 0x43 || byte > 0x4f) continue;
    const letter = SIGNATURE.indexOf(byte);
    if (letter >= 0 && letter < 4 && beginsAt(bytes, i - letter)) return i - letter;
  }
  return -1;
}

function beginsAt(bytes: Uint8Array, at: number, letters = SIGNATURE.length): boolean {
  for (let k = 0; k < letters; k++) if (bytes[at + k] !== SIGNATURE[k]) return false;
  return true;
}

function collectionIsSound(start: number, fileSize: number, readAt: ReadAt): boolean {
  let from = start;
  let piece = readAt(from, PIECE);
  const size = length(piece, 8);
  if (!(size >= HEADER && start + size <= fileSize)) return false;
  let at = start + HEADER;
  const end = start + size;
  while (at + HEADER <= end) {
    if (at + HEADER > from + piece.length) {
      from = at;
      piece = readAt(from, PIECE);
      if (piece.length < HEADER) return false;
    }
    const free = piece[at - from] === 0 && piece[at - from + 1] === 0;
    const bytes = length(piece, at - from + 8);
    const step = free ? bytes : HEADER + Math.ceil(bytes / 8) * 8;
    if (!(step > 0 && at + step <= end)) return false;
    at += step;
  }
  return true;
}

/** An unsigned 64-bit length; NaN where the bytes end before it. */
function length(bytes: Uint8Array, at: number): number {
  if (at + 8 > bytes.length) return Number.NaN;
  return Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(at, true));
}
