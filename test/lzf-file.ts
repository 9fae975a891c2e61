import { hdf5Library } from '../src/formats/hdf5/library.ts';
import { privateName } from '../src/formats/hdf5/mount.ts';
import { LZF } from '../src/formats/hdf5/unpack-chunks.ts';

/** Runs of equal bytes as copies at distance 1, the rest as it is. */
function packLzf(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    let run = 1;
    while (run < 264 && bytes[at + run] === bytes[at]) run++;
    out.push(0, bytes[at]);
    if (run > 3) {
      const length = run - 3;
      out.push(...(length < 7 ? [length << 5, 0] : [7 << 5, length - 7, 0]));
      at += run;
    } else at++;
  }
  return Uint8Array.from(out);
}

export const WIDE = [11, 10];
export const COUNTS = Int32Array.from({ length: 110 }, (_, i) => (i % 13 === 0 ? i : 0));

/** A file of chunks of 4 × 10, stored with gzip that does not pack, and room for them. */
export async function stored(latest = false): Promise<{ bytes: Uint8Array; header: number }> {
  const { module } = await hdf5Library();
  const name = privateName('lzf');
  const [low, high] = latest
    ? [module.H5F_LIBVER_LATEST, module.H5F_LIBVER_LATEST]
    : [module.H5F_LIBVER_EARLIEST, module.H5F_LIBVER_V18];
  const file = module.open(name, module.H5F_ACC_TRUNC, false, low, high);
  const at = module._malloc(COUNTS.byteLength);
  module.HEAPU8.set(new Uint8Array(COUNTS.buffer), at);
  const type = { type: 0, size: 4, signed: true, vlen: false, littleEndian: true };
  const space = { shape: WIDE.map(BigInt), maxshape: WIDE.map(BigInt), chunks: [4n, 10n], total_size: 110 };
  const packing = { compression: 1, compression_opts: [0], track_order: false };
  module.create_dataset(file, '/counts', BigInt(at), { ...type, ...space, ...packing } as never);
  const reference = Uint8Array.from(module.create_object_reference(file, '/counts'));
  module._free(at);
  module.close_file(file);
  const bytes = module.FS.readFile(name);
  module.FS.unlink(name);
  return { bytes, header: Number(new DataView(reference.buffer).getBigUint64(0, true)) };
}

/** Byte of the first key of the tree of chunks, and bytes from one to the next. */
export const KEY = 24;
export const STEP = 8 + 8 * 3 + 8;

/** The same file with LZF in place of gzip, in the filter message, the tree and the chunks. */
export async function lzfFile(): Promise<{ bytes: Uint8Array; tree: number }> {
  const { bytes } = await stored();
  const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const filter = found.indexOf('deflate\0') - 8;
  found.writeUInt16LE(LZF, filter);
  let tree = found.indexOf('TREE');
  while (found[tree + 4] !== 1) tree = found.indexOf('TREE', tree + 4);
  const entries = found.readUInt16LE(tree + 6);
  for (let entry = 0; entry < entries; entry++) {
    const key = tree + KEY + entry * STEP;
    const row = Number(found.readBigUInt64LE(key + 8));
    const chunk = new Int32Array(40);
    chunk.set(COUNTS.subarray(row * 10, (row + 4) * 10));
    const packed = packLzf(new Uint8Array(chunk.buffer));
    if (packed.length > found.readUInt32LE(key)) throw new Error('no room for the packed chunk');
    found.writeUInt32LE(packed.length, key);
    found.set(packed, Number(found.readBigUInt64LE(key + 32)));
  }
  return { bytes, tree };
}
