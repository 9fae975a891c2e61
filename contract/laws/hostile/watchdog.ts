import { Worker } from 'node:worker_threads';

const SILENCE_MS = 20_000;

/** Odd while a file is being met, even between two. */
const beats = new Int32Array(new SharedArrayBuffer(4));

/**
 * Called before and after meeting a file. A reader that loops for ever would stop this thread for good, and no time-out of
 * the tests runs then: a second thread ends the process when it hears nothing, so that the suite fails instead of standing
 * still.
 */
export function beat(): void {
  Atomics.add(beats, 0, 1);
}

const watch = `
  const { workerData } = require('node:worker_threads');
  let seen = 0;
  let since = Date.now();
  setInterval(() => {
    const now = Atomics.load(workerData, 0);
    if (now !== seen) [seen, since] = [now, Date.now()];
    else if (now % 2 === 1 && Date.now() - since > ${SILENCE_MS}) {
      process.stderr.write('a damaged file has stopped its reader for ${SILENCE_MS / 1000} s\\n');
      process.kill(process.pid, 'SIGKILL');
    }
  }, 500);`;
new Worker(watch, { eval: true, workerData: beats }).unref();
