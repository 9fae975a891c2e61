import { formatError } from '../../signal/errors.ts';
import { addressIn, bytesAt, damaged, messagesAt, type Place } from './object-header.ts';

/** Where the values of a dataset lie. */
export type Layout =
  /** `tree`: address of the B-tree (version 1) of its chunks; absent where none was written. */
  | { readonly kind: 'chunks'; readonly tree?: number }
  /** One value behind the other. */
  | { readonly kind: 'whole'; readonly address: number };

/** What helps against any packing that cannot be undone. */
export const REPACK = 'repack the file: h5repack -f SHUF -f GZIP=1 in.h5 out.h5';

const LAYOUT = 0x08;
/** Names other files that hold the values. */
const EXTERNAL_FILES = 0x07;
const [CONTIGUOUS, CHUNKED] = [1, 2];

/**
 * Finds where the values of a dataset lie, from the layout message in its header: chunks of layout version 3, as every program
 * writes them that does not ask for the newest features only, or one piece (HDF5 File Format Specification 3.0, IV.A.2.i).
 * @param header Address of the object's header, as an object reference has it.
 * @param rank Dimensions of the dataset.
 * @throws SpectrailError `format/hdf5-layout` for other layouts, `format/hdf5-damaged`
 */
export function layoutOf(place: Place, header: number, rank: number): Layout {
  checkSuperblock(place);
  const messages = messagesAt(place, header);
  const found = messages.find(({ type, shared }) => type === LAYOUT && !shared)?.data;
  if (!found || found.byteLength < 2) throw damaged(place, header, 'no layout of the data', 'a layout message');
  const [version, kind] = [found.getUint8(0), found.getUint8(1)];
  if (version === 3 && kind === CHUNKED && found.byteLength >= 11) {
    const dimensions = found.getUint8(2) - 1;
    if (dimensions !== rank) throw damaged(place, header, `${dimensions} dimensions of chunks`, `${rank}`);
    return { kind: 'chunks', tree: addressIn(found, 3) };
  }
  if ((version === 3 || version === 4) && kind === CONTIGUOUS && found.byteLength >= 18) {
    const address = addressIn(found, 2);
    const inside = messages.every(({ type }) => type !== EXTERNAL_FILES);
    if (address !== undefined && inside) return { kind: 'whole', address };
  }
  throw foreign(place, `the values lie in the way of layout version ${version}, class ${kind}`);
}

/** Headers may be out of date: newer ones are kept in one piece elsewhere. */
const CACHE_IMAGE = 0x18;

/** Superblocks say how wide addresses and lengths are (II.A): before version 2 behind four more numbers, and nothing more. */
function checkSuperblock(place: Place): void {
  const superblock = bytesAt(place, 0, 28, 'the superblock');
  const second = superblock.getUint8(8) >= 2;
  const at = second ? 9 : 13;
  const [address, length] = [superblock.getUint8(at), superblock.getUint8(at + 1)];
  if (address !== 8 || length !== 8) throw foreign(place, `addresses have ${address} bytes and lengths ${length}`);
  const extension = second ? addressIn(superblock, 20) : undefined;
  if (extension !== undefined && messagesAt(place, extension).some(({ type }) => type === CACHE_IMAGE)) {
    throw foreign(place, 'headers are kept in a cache image');
  }
}

function foreign({ where }: Place, what: string) {
  return formatError({
    code: 'hdf5-layout',
    where,
    what,
    expected:
      'chunks in a B-tree of version 1 (layout version 3), for a packing that is not built into the HDF5 library',
    fix: REPACK,
  });
}
