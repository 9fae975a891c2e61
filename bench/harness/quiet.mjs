// Whether others were at work while something was measured, from /proc; where there is none, nobody is seen.
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

const TICKS_PER_SECOND = 100;
/** Share of the machine that others may take. */
export const QUIET = 0.05;
const LOOK_SECONDS = 0.5;

/** Processor seconds that the machine has worked, and the guests beside it have taken from it. */
function busySeconds() {
  const [user, nice, system, , , irq, softirq, steal] = fields('/proc/stat', /^cpu +(.*)$/m);
  return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND;
}

/** Processor seconds of a process and of the children it has waited for; undefined when it is gone. */
function processorSeconds(pid) {
  const after = fields(`/proc/${pid}/stat`, /^.*\) \S (.*)$/m);
  return after.length < 14 ? undefined : (after[10] + after[11] + after[12] + after[13]) / TICKS_PER_SECOND;
}

function fields(path, pattern) {
  try {
    return pattern.exec(readFileSync(path, 'utf8'))[1].split(' ').map(Number);
  } catch {
    return [];
  }
}

/** Waits until others take less than their share for a moment, at most `seconds`. */
export async function waitForQuiet(seconds) {
  const began = performance.now();
  const waited = () => (performance.now() - began) / 1000;
  while (waited() < seconds) {
    const end = watchOthers(process.pid);
    await pause(LOOK_SECONDS * 1000);
    if (!(end() > QUIET)) break;
  }
}

/** Begins to watch; the function returned says what share of the machine has gone to others than `pid` and this process. */
export function watchOthers(pid) {
  const pids = new Set([pid, process.pid]);
  const took = () => [...pids].reduce((sum, one) => sum + (processorSeconds(one) ?? 0), 0);
  const [began, busyBefore, tookBefore] = [performance.now(), busySeconds(), took()];
  return () => {
    const seconds = (performance.now() - began) / 1000;
    return Math.max(0, busySeconds() - busyBefore - (took() - tookBefore)) / (seconds * cpus().length);
  };
}
