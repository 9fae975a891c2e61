import { constants } from 'node:os';

/** What the user (Ctrl-C, a closed terminal) and the system (a shutdown, a batch queue) stop programs with. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Signal = (typeof SIGNALS)[number];

/** Once begun, to the end: a signal that comes when all is cleaned up ends the program the same way. */
let listening = false;

const pending = new Set<() => Promise<unknown>>();

/**
 * When the program is stopped from now on, `cleanUp` runs before it ends; the exit code is 128 plus the number of the
 * signal, as shells have it. A second signal ends it at once. Returns what takes `cleanUp` off again.
 */
export function onInterruption(cleanUp: () => Promise<unknown>): () => void {
  if (!listening) for (const signal of SIGNALS) process.once(signal, stop);
  listening = true;
  pending.add(cleanUp);
  return () => {
    pending.delete(cleanUp);
  };
}

function stop(signal: Signal): void {
  for (const other of SIGNALS) process.off(other, stop);
  endEarly(128 + constants.signals[signal]);
}

/** Ends the program with this exit code once everything begun is cleaned up. */
export function endEarly(code: number): void {
  void Promise.allSettled([...pending].map((cleanUp) => cleanUp())).then(() => process.exit(code));
}
