import { DTYPES, type Dtype, type ValueArray } from '../../signal/dtype.ts';
import { isSpectrailError, outputError } from '../../signal/errors.ts';
import { booleanPlaceholder, settleBooleans } from './booleans.ts';
import { typeOf } from './element.ts';
import { checked, hdf5Library } from './library.ts';
import { privateName } from './mount.ts';

export type AttributeValue = string | number | boolean | bigint | readonly string[];

/** An HDF5 file being written in memory. Paths start with '/'; parents must exist. */
export interface Hdf5Writer {
  group(path: string): void;
  /** Text and lists of text as UTF-8, numbers as float64, bigint as int64, booleans as HDF5 booleans. */
  attribute(path: string, name: string, value: AttributeValue): void;
  strings(path: string, values: readonly string[]): void;
  /**
   * A gzip-compressed dataset, written in runs along its first axis: `runs` yields consecutive values in C order, each a
   * whole number of rows; together they fill `shape`.
   */
  dataset(path: string, shape: readonly number[], dtype: Dtype, runs: Iterable<ValueArray>): void;
  /** The bytes of the finished file; the writer is closed. */
  finish(): Uint8Array;
  /** Gives the memory back without a file. */
  discard(): void;
}

const CHUNK_BYTES = 2 ** 20;
const GZIP = 1;

/** @throws SpectrailError `output/hdf5-write` from every method when the library refuses. */
export async function createHdf5(): Promise<Hdf5Writer> {
  const library = await hdf5Library();
  const { module } = library;
  const name = privateName('result');
  const call = <T>(doing: string, action: () => T): T => {
    try {
      return checked(library, 'the result', doing, action);
    } catch (cause) {
      if (isSpectrailError(cause, 'output')) throw cause;
      throw outputError({
        code: 'hdf5-write',
        what: (cause as Error).message,
        fix: 'write fewer values at a time, or another format',
        cause,
      });
    }
  };
  const withBytes = <T>(bytes: Uint8Array, action: (at: bigint) => T): T => {
    const at = module._malloc(Math.max(bytes.length, 1));
    if (at === 0) throw outputError({ code: 'hdf5-write', what: `no memory for ${bytes.length} bytes` });
    try {
      module.HEAPU8.set(bytes, at);
      return action(BigInt(at));
    } finally {
      module._free(at);
    }
  };
  const text = { type: 3, size: 4, signed: false, vlen: true, cset: 1, littleEndian: true };
  const space = (shape: readonly number[]) => ({
    shape: shape.map(BigInt),
    maxshape: shape.map(BigInt),
    chunks: null,
    compression: 0,
    compression_opts: [],
    track_order: false,
    total_size: shape.reduce((a, b) => a * b, 1),
  });

  // The oldest layout that fits: every reader knows it, and its headers carry no checksum (see settleBooleans).
  const file = call('creating the file', () =>
    module.open(name, module.H5F_ACC_TRUNC, false, module.H5F_LIBVER_EARLIEST, module.H5F_LIBVER_V18),
  );
  let open = true;
  const end = () => {
    if (!open) return;
    open = false;
    call('closing the file', () => module.close_file(file));
  };

  return {
    group: (path) => void call(`creating "${path}"`, () => module.create_group(file, path, false)),
    attribute: (path, key, value) =>
      void call(`writing attribute "${key}" of "${path}"`, () => {
        if (typeof value === 'string') {
          return module.create_vlen_str_attribute(file, path, key, [value], { ...text, ...space([]) });
        }
        if (typeof value === 'object') {
          return module.create_vlen_str_attribute(file, path, key, [...value], { ...text, ...space([value.length]) });
        }
        const [dtype, values, shape] = stored(value);
        return withBytes(new Uint8Array(values.buffer), (at) =>
          module.create_attribute(file, path, key, at, { ...typeOf(dtype), ...space(shape) }),
        );
      }),
    strings: (path, values) =>
      void call(`writing "${path}"`, () =>
        module.create_vlen_str_dataset(file, path, [...values], { ...text, ...space([values.length]) }),
      ),
    dataset: (path, shape, dtype, runs) => {
      const { bytes, width } = DTYPES[dtype];
      const chunk = chunkOf(shape, bytes);
      const row = shape.slice(1).reduce((a, b) => a * b, 1);
      let at = 0;
      for (const run of runs) {
        const rows = run.length / width / row;
        const raw = new Uint8Array(run.buffer, run.byteOffset, run.byteLength);
        const count = [rows, ...shape.slice(1)];
        call(`writing "${path}"`, () =>
          withBytes(raw, (pointer) => {
            if (at === 0) {
              return module.create_dataset(file, path, pointer, {
                ...typeOf(dtype),
                ...space(count),
                maxshape: shape.map(BigInt),
                chunks: chunk.map(BigInt) as never,
                compression: GZIP,
                compression_opts: [1],
              } as never);
            }
            module.resize_dataset(file, path, [at + rows, ...shape.slice(1)].map(BigInt));
            return module.set_dataset_data(
              file,
              path,
              count.map(BigInt),
              count.map((_, d) => (d === 0 ? BigInt(at) : 0n)),
              count.map(() => 1n),
              pointer,
            );
          }),
        );
        at += rows;
      }
      if (at !== shape[0]) {
        throw outputError({ code: 'hdf5-write', what: `${at} of ${shape[0]} rows of "${path}" were given` });
      }
    },
    finish: () => {
      end();
      const bytes = module.FS.readFile(name);
      module.FS.unlink(name);
      settleBooleans(bytes);
      return bytes;
    },
    discard: () => {
      try {
        end();
      } finally {
        if (module.FS.analyzePath(name, false).exists) module.FS.unlink(name);
      }
    },
  };
}

function stored(value: number | boolean | bigint): [Dtype, ValueArray, number[]] {
  if (typeof value === 'bigint') return ['int64', BigInt64Array.of(value), []];
  if (typeof value === 'number') return ['float64', Float64Array.of(value), []];
  const placeholder = booleanPlaceholder(value);
  return ['int8', placeholder, [placeholder.length]];
}

/** Whole last axes up to 1 MiB: a spectrum is read in one piece, a map in few. */
export function chunkOf(shape: readonly number[], elementBytes: number): number[] {
  const chunk = shape.map(() => 1);
  let bytes = elementBytes;
  for (let d = shape.length - 1; d >= 0; d--) {
    chunk[d] = Math.max(1, Math.min(shape[d], Math.floor(CHUNK_BYTES / bytes)));
    bytes *= chunk[d];
    if (chunk[d] < shape[d]) break;
  }
  return chunk;
}
