import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';

/** Linux tells a process the most memory it has ever had resident, and forgets it when told to. */
const FORGET = '/proc/self/clear_refs';
const STATUS = '/proc/self/status';

const known = isWritable(FORGET);
let start = 0;

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

const highest = () => 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(STATUS, 'latin1'))?.[1]);

/** From now on. */
export function startPeak(): void {
  if (!known) return;
  writeFileSync(FORGET, '5');
  start = highest();
}

/** Bytes by which this process was larger than at the start, at the worst moment since; 0 where the system does not tell. */
export function peakMemory(): number {
  return known ? highest() - start : 0;
}
