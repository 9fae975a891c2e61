import { typeOf } from '../src/formats/hdf5/element.ts';
import { hdf5Library } from '../src/formats/hdf5/library.ts';
import { privateName } from '../src/formats/hdf5/mount.ts';
import type { Dtype, ValueArray } from '../src/signal/dtype.ts';

export interface Stored {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly values: ValueArray;
  /** Default: one piece. */
  readonly chunk?: readonly number[];
  readonly shuffled?: boolean;
  /** Written with the newest features of the library. */
  readonly latest?: boolean;
}

/** A file with the dataset /map as the library writes it, and the address of its header. */
export async function storedFile(stored: Stored): Promise<{ bytes: Uint8Array; header: number }> {
  const { shape, dtype, values, chunk, shuffled, latest } = stored;
  const { module } = await hdf5Library();
  const name = privateName('stored');
  const [low, high] = latest
    ? [module.H5F_LIBVER_LATEST, module.H5F_LIBVER_LATEST]
    : [module.H5F_LIBVER_EARLIEST, module.H5F_LIBVER_V18];
  const file = module.open(name, module.H5F_ACC_TRUNC, false, low, high);
  const at = module._malloc(values.byteLength);
  module.HEAPU8.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
  module.create_dataset(file, '/map', BigInt(at), {
    ...typeOf(dtype),
    shape: shape.map(BigInt),
    maxshape: shape.map(BigInt),
    chunks: chunk?.map(BigInt) ?? null,
    total_size: values.length,
    compression: shuffled ? 2 : 0,
    compression_opts: [],
    track_order: false,
  } as never);
  const reference = Uint8Array.from(module.create_object_reference(file, '/map'));
  module._free(at);
  module.close_file(file);
  const bytes = module.FS.readFile(name);
  module.FS.unlink(name);
  return { bytes, header: Number(new DataView(reference.buffer).getBigUint64(0, true)) };
}
