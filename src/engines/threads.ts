import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Block } from '../signal/block.ts';
import type { Source } from '../signal/source.ts';
import type { Engine } from './engine.ts';
import { messageEngine, type Port } from './messages.ts';

export interface ThreadsOptions {
  /** Default: the cores this process may use. */
  readonly threads?: number;
  /** Module that calls `serve`; to be given where the default beside this file is not what is deployed. */
  readonly workerUrl?: URL;
}

/** Node worker threads. Blocks in memory are moved once into shared memory, so jobs carry views, not copies. */
export function threadsEngine(options: ThreadsOptions = {}): Engine {
  const { threads = availableParallelism(), workerUrl = new URL('./threads-worker.js', import.meta.url) } = options;
  const ports = Array.from({ length: Math.max(1, threads) }, () => workerPort(new Worker(workerUrl)));
  return messageEngine('threads', ports, shareSource);
}

function workerPort(worker: Worker): Port {
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (handler) => worker.on('message', handler),
    onError: (handler) => worker.on('error', handler),
    close: async () => {
      await worker.terminate();
    },
  };
}

const shared = new WeakMap<Block, Block>();

function shareSource(source: Source): Source {
  if (source.type === 'mapped') return { ...source, parents: source.parents.map(shareSource) };
  let block = shared.get(source.block);
  if (!block) {
    block = shareBlock(source.block);
    shared.set(source.block, block);
    shared.set(block, block);
  }
  return { type: 'memory', block };
}

function shareBlock(block: Block): Block {
  switch (block.kind) {
    case 'dense':
      return { ...block, values: shareArray(block.values) };
    case 'events':
      return {
        ...block,
        offsets: shareArray(block.offsets),
        channel: shareArray(block.channel),
        count: shareArray(block.count),
      };
    case 'factors':
      return { ...block, scores: shareArray(block.scores), loadings: shareArray(block.loadings) };
  }
}

type Shareable = ArrayLike<number> & { readonly buffer: ArrayBufferLike; readonly byteLength: number };

function shareArray<T extends Shareable>(array: T): T {
  if (array.buffer instanceof SharedArrayBuffer) return array;
  const Shared = array.constructor as new (buffer: SharedArrayBuffer) => T & { set(from: ArrayLike<number>): void };
  const copy = new Shared(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}
