import { formatError, internalError, isSpectrailError } from '../../signal/errors.ts';

type Library = typeof import('h5wasm');
type H5Module = Awaited<Library['ready']>;

/** One running copy of the HDF5 library: WebAssembly memory, its private file system, and the text of its last errors. */
export interface Hdf5Library {
  readonly h5: Library;
  readonly module: H5Module;
  /** What HDF5 itself said went wrong since the last call of `forget`. */
  readonly complaints: { text(): string; forget(): void };
  /** True after a crash: its memory can no longer be trusted. */
  broken: boolean;
}

/** Most memory the library may take, bytes: a few chunks and one read. */
export const HDF5_MEMORY = 2 ** 29;

let current: Promise<Hdf5Library> | undefined;
let copies = 0;

/**
 * The shared copy of the library, started on first use. After a crash the next call starts a fresh one, so one hostile
 * file cannot poison the reading of the next.
 * @throws SpectrailError `format/hdf5-unavailable`.
 */
export async function hdf5Library(): Promise<Hdf5Library> {
  const library = await (current ??= start());
  if (!library.broken) return library;
  current = start();
  return current;
}

/** @throws SpectrailError `format/hdf5-unavailable` where WebAssembly is forbidden, or a bundle has no second copy. */
async function start(): Promise<Hdf5Library> {
  const again = copies++ > 0;
  try {
    return await load(again);
  } catch (cause) {
    current = undefined;
    throw formatError({
      code: 'hdf5-unavailable',
      what: again
        ? 'the HDF5 library stopped in a file before this one and could not be started again'
        : `the HDF5 library could not be started (${(cause as Error)?.message ?? cause})`,
      fix: again
        ? 'reload the page'
        : "allow WebAssembly: a content security policy needs 'wasm-unsafe-eval' among its script sources",
      cause,
    });
  }
}

function load(again: boolean): Promise<Hdf5Library> {
  return confined(async () => {
    // A module is evaluated once per URL: the query makes the next copy a new one, with new memory.
    const h5: Library = again
      ? await import(/* @vite-ignore */ `${import.meta.resolve('h5wasm')}?copy=${copies}`)
      : await import('h5wasm');
    const module = await h5.ready;
    closeDevices(module);
    return { h5, module, complaints: listen(module), broken: false };
  });
}

/**
 * Starts the library with memory that cannot grow beyond {@link HDF5_MEMORY}: a damaged length of text would otherwise
 * take (and fill) 2 GiB. And with a clock that stands still: it writes the second at which a dataset was made, and the
 * same result would be other bytes each time. The library hands out neither, so both are caught where WebAssembly makes
 * it.
 */
async function confined<T>(action: () => Promise<T>): Promise<T> {
  const { instantiate } = WebAssembly;
  const page = 65536;
  WebAssembly.instantiate = (async (source: BufferSource, imports?: WebAssembly.Imports) => {
    const { env } = imports ?? {};
    if (env && 'emscripten_date_now' in env) env.emscripten_date_now = () => 0;
    const result = await instantiate(source, imports);
    const { memory } = result.instance?.exports ?? {};
    if (memory instanceof WebAssembly.Memory) {
      const grow = memory.grow.bind(memory);
      memory.grow = (pages) => {
        if (memory.buffer.byteLength + pages * page > HDF5_MEMORY) throw new RangeError('the memory limit is reached');
        return grow(pages);
      };
    }
    return result;
  }) as typeof WebAssembly.instantiate;
  try {
    return await action();
  } finally {
    WebAssembly.instantiate = instantiate;
  }
}

/** A link inside a file could lead to them, and reading a terminal waits for somebody to type. */
const DEVICES = ['stdin', 'stdout', 'stderr', 'tty', 'tty1', 'random', 'urandom'].map((name) => `/dev/${name}`);

function closeDevices({ FS }: H5Module): void {
  for (const path of DEVICES) if (FS.analyzePath(path, false).exists) FS.unlink(path);
}

interface Terminal {
  ops: { put_char(terminal: unknown, code: number): void; fsync(terminal: unknown): void };
}

/** Diverts the library's standard error into a bounded buffer: many of its calls report a failure there and nowhere else. */
function listen(module: H5Module): Hdf5Library['complaints'] {
  const limit = 16384;
  let codes: number[] = [];
  const { getStream } = module.FS as unknown as { getStream(descriptor: number): { tty?: Terminal } | null };
  const stream = getStream(2);
  if (!stream?.tty) {
    throw internalError({ code: 'hdf5-no-stderr', what: 'the HDF5 library has no standard error to listen to' });
  }
  stream.tty.ops = {
    put_char: (_terminal, code) => {
      if (codes.length < limit) codes.push(code);
    },
    fsync: () => {},
  };
  return {
    text: () => new TextDecoder().decode(Uint8Array.from(codes)),
    forget: () => {
      codes = [];
    },
  };
}

/**
 * Runs one call into the library and believes it only when nothing complained: the library returns uninitialised memory
 * as data when a chunk is damaged or a filter is missing, and says so on standard error only.
 *
 * @throws SpectrailError `format/hdf5-damaged`
 */
export function checked<T>(library: Hdf5Library, where: string, doing: string, call: (library: Hdf5Library) => T): T {
  if (library.broken) {
    throw damaged(where, doing, 'the HDF5 library stopped while reading this file or another one opened beside it');
  }
  library.complaints.forget();
  let result: T;
  try {
    result = call(library);
  } catch (cause) {
    if (isSpectrailError(cause)) throw cause;
    if (isCrash(cause)) library.broken = true;
    throw damaged(where, doing, reason(library.complaints.text()) || String((cause as Error)?.message ?? cause), cause);
  }
  const text = library.complaints.text();
  if (text.includes('HDF5-DIAG')) throw damaged(where, doing, reason(text));
  return result;
}

function isCrash(cause: unknown): boolean {
  return cause instanceof WebAssembly.RuntimeError || cause instanceof RangeError;
}

function damaged(where: string, doing: string, why: string, cause?: unknown) {
  return formatError({
    code: 'hdf5-damaged',
    where,
    what: `${doing} failed: ${why}`,
    expected: 'a complete HDF5 file',
    fix: 'copy the file again from where it was recorded, or open and save it with the program that wrote it',
    cause,
  });
}

/** The deepest line of an HDF5 error stack: the others only say that the caller failed too. */
function reason(text: string): string {
  const lines = [...text.matchAll(/^\s*#\d+:.*?: (.+)$/gm)];
  return lines.length > 0 ? lines[lines.length - 1][1].trim() : text.split('\n')[0].trim();
}
