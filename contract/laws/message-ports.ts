import { serialize } from 'node:v8';
import { type Port, serve } from '../../src/engines/messages.ts';
import { CounterRandom } from '../../src/kernels/index.ts';
import type { ShapeResolver } from '../../src/shapes/shape.ts';

export interface MessagePorts {
  readonly ports: readonly Port[];
  /** The largest message of either direction, in serialised bytes. */
  largest(): number;
  /** The worker of a lane is gone, as a crash would have it. */
  lose(lane: number, cause: unknown): void;
}

interface Letter {
  readonly message: unknown;
  readonly read: () => ((message: unknown) => void) | undefined;
}

/**
 * Workers that live in the same thread and see nothing but structured clones. Each lane keeps the order of its messages;
 * which lane is heard next is drawn at random.
 */
export function messagePorts(lanes: number, resolve: ShapeResolver, seed = 1): MessagePorts {
  const random = new CounterRandom(seed, 0);
  const queues: Letter[][] = Array.from({ length: 2 * lanes }, () => []);
  const failures: ((cause: unknown) => void)[] = [];
  const lost = new Set<number>();
  let largest = 0;
  const send = (queue: number, message: unknown, moved: readonly ArrayBuffer[], read: Letter['read']) => {
    largest = Math.max(largest, serialize(message).byteLength);
    queues[queue].push({ message: structuredClone(message, { transfer: [...moved] }), read });
    setImmediate(() => {
      const waiting = queues.filter((letters) => letters.length > 0);
      const letter = waiting.length > 0 ? waiting[random.integer(waiting.length)].shift() : undefined;
      letter?.read()?.(letter.message);
    });
  };
  const ports = Array.from({ length: lanes }, (_, lane): Port => {
    let toWorker: ((message: unknown) => void) | undefined;
    let toEngine: ((message: unknown) => void) | undefined;
    serve(
      {
        post: (message, moved = []) => {
          if (!lost.has(lane)) send(2 * lane, message, moved, () => toEngine);
        },
        onMessage: (handler) => {
          toWorker = handler;
        },
        close() {},
      },
      resolve,
    );
    return {
      post: (message, moved = []) => send(2 * lane + 1, message, moved, () => (lost.has(lane) ? undefined : toWorker)),
      onMessage: (handler) => {
        toEngine = handler;
      },
      onError: (handler) => {
        failures[lane] = handler;
      },
      close() {
        lost.add(lane);
      },
    };
  });
  return {
    ports,
    largest: () => largest,
    lose(lane, cause) {
      lost.add(lane);
      failures[lane](cause);
    },
  };
}
