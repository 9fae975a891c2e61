import { type Job, type Pass, runJob } from '../shapes/job.ts';
import type { ShapeResolver } from '../shapes/shape.ts';
import { internalError, SpectrailError } from '../signal/errors.ts';
import { LentMemory } from '../signal/lent-memory.ts';
import { buffersIn, compact } from './arrays-within.ts';
import type { Engine } from './engine.ts';

/** The face of a worker: Node worker, browser worker, or anything else that can carry a structured clone. */
export interface Port {
  /** `moved` are buffers of the message that go along instead of being copied: they are lost to the sender. */
  post(message: unknown, moved?: readonly ArrayBuffer[]): void;
  /** Set by the receiver. */
  onMessage(handler: (message: unknown) => void): void;
  /** Told when the other side is gone: it crashed, ended, or could not be understood. */
  onError?(handler: (cause: unknown) => void): void;
  close(): Promise<void> | void;
}

type Request =
  | { type: 'load'; steps: readonly string[] }
  | { type: 'pass'; id: number; pass: Pass }
  | { type: 'job'; id: number; index: number; job: Job };
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
  const passes = new Map<number, { readonly pass: Pass; readonly memory: LentMemory }>();
  port.onMessage(async (message) => {
    const request = message as Request;
    if (request.type === 'pass') {
      passes.clear();
      passes.set(request.id, { pass: request.pass, memory: new LentMemory() });
      return;
    }
    if (request.type === 'load') {
      // Any name loads the whole step; what cannot be loaded is reported by the pass that asks for it.
      for (const step of request.steps) await resolve(`${step}/`).catch(() => {});
      return;
    }
    const { id, index, job } = request;
    try {
      const { pass, memory } = passes.get(id)!;
      const result = compact(await memory.during((lend) => runJob(pass, job, resolve, lend)));
      port.post({ type: 'result', id, index, result } satisfies Reply, buffersIn(result));
    } catch (error) {
      port.post({ type: 'failure', id, index, error: describeFailure(error) } satisfies Reply);
    }
  });
}

/**
 * An engine over workers that only exchange messages; each takes the next job when it has finished one. A pass fails with
 * the error of its first failed job, and the engine goes on; it is of no more use once a worker is lost
 * (`internal/worker-lost`) or it was closed (`internal/engine-closed`).
 */
export function messageEngine(
  name: string,
  ports: readonly Port[],
  memory: Pick<Engine, 'share' | 'allocate'> = {},
): Engine {
  let working = ports;
  let passes = 0;
  let broken: SpectrailError | undefined;
  let current: RunningPass | undefined;
  let last: Promise<void> = Promise.resolve();
  const breakOff = (error: SpectrailError) => {
    broken ??= error;
    current?.fail(broken);
  };
  ports.forEach((port, lane) => {
    port.onMessage((message) => current?.reply(lane, message as Reply));
    port.onError?.((cause) => {
      if (working.includes(port)) breakOff(workerLost(cause));
    });
  });
  return {
    name,
    get lanes() {
      return working.length;
    },
    ...memory,
    runPass(pass, jobs, done) {
      const turn = last.then(async () => {
        if (broken) throw broken;
        if (jobs.length === 0) return;
        current = new RunningPass(++passes, working, jobs, done);
        await current.run(pass);
      });
      last = turn.catch(() => {});
      return turn;
    },
    prepare(steps) {
      for (const port of working) port.post({ type: 'load', steps } satisfies Request);
    },
    async retire(lanes) {
      working = ports.slice(0, lanes);
      await Promise.all(ports.slice(lanes).map((port) => port.close()));
    },
    async close() {
      breakOff(internalError({ code: 'engine-closed', what: 'the engine was closed' }));
      await Promise.all(ports.map((port) => port.close()));
    },
  };
}

/** Jobs a lane may hold: the one it works on, and the next. */
const JOBS_IN_HAND = 2;

/** One pass on its way through the workers. */
class RunningPass {
  readonly #id: number;
  readonly #ports: readonly Port[];
  readonly #jobs: readonly (() => Promise<Job>)[];
  readonly #done: (job: number, result: unknown) => void;
  /** Jobs each lane was sent and has not answered. */
  readonly #inHand: number[];
  #next = 0;
  #left: number;
  #finish: () => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(
    id: number,
    ports: readonly Port[],
    jobs: readonly (() => Promise<Job>)[],
    done: (job: number, result: unknown) => void,
  ) {
    this.#id = id;
    this.#ports = ports;
    this.#jobs = jobs;
    this.#done = done;
    this.#left = jobs.length;
    this.#inHand = ports.map(() => 0);
  }

  run(pass: Pass): Promise<void> {
    return new Promise((finish, reject) => {
      this.#finish = finish;
      this.#reject = reject;
      try {
        const message = compact({ type: 'pass', id: this.#id, pass } satisfies Request);
        for (const port of this.#ports) port.post(message);
      } catch (error) {
        this.fail(error);
        return;
      }
      for (let ahead = 0; ahead < JOBS_IN_HAND; ahead++) for (const lane of this.#ports.keys()) this.#give(lane);
    });
  }

  /** Ends the pass: no further job is sent, and late replies find nothing to do. */
  fail(error: unknown): void {
    this.#next = this.#jobs.length;
    this.#left = 0;
    this.#reject(error);
  }

  reply(lane: number, reply: Reply): void {
    if (reply.id !== this.#id || this.#left === 0) return;
    if (reply.type === 'failure') {
      this.fail(restoreFailure(reply.error));
      return;
    }
    try {
      this.#done(reply.index, reply.result);
    } catch (error) {
      this.fail(error);
      return;
    }
    this.#inHand[lane]--;
    if (--this.#left === 0) this.#finish();
    else while (this.#inHand[lane] < JOBS_IN_HAND && this.#give(lane));
  }

  /**
   * Sends a lane the next job. It gets one ahead of the one it works on, so that it need not wait for an answer, but not of
   * the last ones: those go to whoever is free.
   */
  #give(lane: number): boolean {
    const left = this.#jobs.length - this.#next;
    if (left === 0 || (this.#inHand[lane] > 0 && left <= this.#ports.length)) return false;
    this.#inHand[lane]++;
    void this.#send(lane, this.#next++);
    return true;
  }

  async #send(lane: number, index: number): Promise<void> {
    try {
      const job = await this.#jobs[index]();
      if (this.#left === 0) return;
      this.#ports[lane].post(compact({ type: 'job', id: this.#id, index, job } satisfies Request));
    } catch (error) {
      this.fail(error);
    }
  }
}

function workerLost(cause: unknown): SpectrailError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return internalError({
    code: 'worker-lost',
    what: `a worker ended before its work was done (${why})`,
    fix: 'run again; with fewer threads where memory was short',
    cause,
  });
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
