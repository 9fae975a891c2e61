import { SpectrailError } from '../signal/errors.ts';
import { type Job, type Pass, runJob } from '../shapes/job.ts';
import type { ShapeResolver } from '../shapes/shape.ts';
import type { Engine } from './engine.ts';

/** The face of a worker: Node worker, browser worker, or anything else that can carry a structured clone. */
export interface Port {
  post(message: unknown): void;
  /** Set by the receiver. */
  onMessage(handler: (message: unknown) => void): void;
  onError?(handler: (error: Error) => void): void;
  close(): Promise<void> | void;
}

type Request = { type: 'pass'; id: number; pass: Pass } | { type: 'job'; id: number; index: number; job: Job };
type Reply =
  | { type: 'result'; id: number; index: number; result: unknown }
  | { type: 'failure'; id: number; index: number; error: FailureMessage };

interface FailureMessage {
  message: string;
  stack?: string;
  kind?: SpectrailError['kind'];
  parts?: ConstructorParameters<typeof SpectrailError>[1];
}

/** Answers jobs arriving at a port: the whole body of a worker. */
export function serve(port: Port, resolve: ShapeResolver): void {
  const passes = new Map<number, Pass>();
  port.onMessage(async (message) => {
    const request = message as Request;
    if (request.type === 'pass') {
      passes.clear();
      passes.set(request.id, request.pass);
      return;
    }
    const { id, index, job } = request;
    try {
      const result = await runJob(passes.get(id) as Pass, job, resolve);
      port.post({ type: 'result', id, index, result } satisfies Reply);
    } catch (error) {
      port.post({ type: 'failure', id, index, error: describeFailure(error) } satisfies Reply);
    }
  });
}

/** An engine over workers that only exchange messages; each takes the next job when it has finished one. */
export function messageEngine(name: string, ports: readonly Port[], share?: Engine['share']): Engine {
  let passes = 0;
  let broken: Error | undefined;
  let current: { reply: (lane: number, reply: Reply) => void; fail: (error: Error) => void } | undefined;
  ports.forEach((port, lane) => {
    port.onMessage((message) => current?.reply(lane, message as Reply));
    port.onError?.((error) => {
      broken = error;
      current?.fail(error);
    });
  });
  return {
    name,
    lanes: ports.length,
    share,
    runPass(pass, jobs, done) {
      const id = ++passes;
      return new Promise<void>((finish, fail) => {
        if (broken) return fail(broken);
        let next = 0;
        let left = jobs.length;
        const stop = (error: unknown) => {
          current = undefined;
          next = jobs.length;
          fail(error);
        };
        const feed = async (lane: number) => {
          if (next >= jobs.length) return;
          const index = next++;
          try {
            const job = await jobs[index]();
            ports[lane].post({ type: 'job', id, index, job } satisfies Request);
          } catch (error) {
            stop(error);
          }
        };
        current = {
          fail: stop,
          reply(lane, reply) {
            if (reply.id !== id) return;
            if (reply.type === 'failure') return stop(restoreFailure(reply.error));
            try {
              done(reply.index, reply.result);
            } catch (error) {
              return stop(error);
            }
            if (--left === 0) {
              current = undefined;
              return finish();
            }
            void feed(lane);
          },
        };
        if (left === 0) return finish();
        ports.forEach((port, lane) => {
          port.post({ type: 'pass', id, pass } satisfies Request);
          void feed(lane);
        });
      });
    },
    async close() {
      await Promise.all(ports.map((port) => port.close()));
    },
  };
}

function describeFailure(error: unknown): FailureMessage {
  if (error instanceof SpectrailError) {
    const { kind, code, what, where, expected, fix, stack } = error;
    return { message: error.message, stack, kind, parts: { code, what, where, expected, fix } };
  }
  return error instanceof Error ? { message: error.message, stack: error.stack } : { message: String(error) };
}

function restoreFailure({ message, stack, kind, parts }: FailureMessage): Error {
  const error = kind && parts ? new SpectrailError(kind, parts) : new Error(message);
  if (stack) error.stack = stack;
  return error;
}
