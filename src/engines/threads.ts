import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { isShared, mapArrays } from './arrays-within.ts';
import type { Engine } from './engine.ts';
import { messageEngine, type Port } from './messages.ts';

export interface ThreadsOptions {
  /** Default: the cores this process may use. */
  readonly threads?: number;
  /** Module that calls `serve`; to be given where the default beside this file is not what is deployed. */
  readonly workerUrl?: URL;
}

/** A lane works on large arrays, not on many objects: room for more of these would only be memory that is not used again. */
const YOUNG_MB = 6;

/** Node worker threads. Blocks in memory are moved once into shared memory, so jobs carry views, not copies. */
export function threadsEngine(options: ThreadsOptions = {}): Engine {
  const { threads = availableParallelism(), workerUrl = new URL('./threads-worker.js', import.meta.url) } = options;
  const ports = Array.from({ length: Math.max(1, threads) }, () =>
    workerPort(new Worker(workerUrl, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } })),
  );
  return messageEngine('threads', ports, { share: shareArrays, allocate: (bytes) => new SharedArrayBuffer(bytes) });
}

function workerPort(worker: Worker): Port {
  return {
    post: (message, moved) => worker.postMessage(message, moved),
    onMessage: (handler) => worker.on('message', handler),
    onError: (handler) => {
      worker.on('error', handler);
      worker.on('messageerror', handler);
      worker.on('exit', (code) => handler(new Error(`it exited with code ${code}`)));
    },
    close: async () => {
      await worker.terminate();
    },
  };
}

/** Shared copies of arrays that were met before. */
const shared = new WeakMap<ArrayBufferView, ArrayBufferView>();

/** Smaller arrays are cheaper to send than to keep. */
const WORTH_SHARING_BYTES = 4096;

/** The same value with its arrays in shared memory: a job then carries views, however many jobs there are. */
export function shareArrays<T>(value: T): T {
  return mapArrays(value, (array) => {
    if (isShared(array) || array.byteLength < WORTH_SHARING_BYTES) return array;
    const known = shared.get(array);
    if (known) return known;
    const copy = shareArray(array);
    shared.set(array, copy);
    return copy;
  }) as T;
}

function shareArray(array: ArrayBufferView): ArrayBufferView {
  const { buffer, byteOffset, byteLength } = array;
  const memory = new SharedArrayBuffer(byteLength);
  new Uint8Array(memory).set(new Uint8Array(buffer, byteOffset, byteLength));
  const Shared = array.constructor as new (memory: SharedArrayBuffer) => ArrayBufferView;
  return new Shared(memory);
}
