import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { MAIN } from '../cli.ts';

/** When to send a signal: so many ms after the start, or after the output has begun to be written. */
export interface Moment {
  readonly after: 'start' | 'writing';
  readonly ms: number;
}

export interface Watched {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  /** ms from the start to the end. */
  readonly whole: number;
  /** ms from the first byte beside the target to the end. */
  readonly writing: number;
}

/** Runs the program, and sends it a signal at the moment, when there is one. `target` is a name inside `home`. */
export function watched(
  args: readonly string[],
  home: string,
  target: string,
  send?: { readonly signal: NodeJS.Signals; readonly at: Moment },
): Promise<Watched> {
  return new Promise((resolve) => {
    const began = performance.now();
    let writingSince: number | undefined;
    let sent = false;
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: 'ignore' });
    const watch = setInterval(() => {
      const now = performance.now();
      if (writingSince === undefined && isWriting(home, target)) writingSince = now;
      const since = send?.at.after === 'start' ? began : writingSince;
      if (!send || sent || since === undefined || now - since < send.at.ms) return;
      sent = child.kill(send.signal);
    }, 1);
    child.on('exit', (code) => {
      clearInterval(watch);
      const now = performance.now();
      resolve({ code, whole: now - began, writing: now - (writingSince ?? now) });
    });
  });
}

/** Is something of `target` being written beside it? A folder counts from its first file on. */
function isWriting(home: string, target: string): boolean {
  return readdirSync(home).some((name) => {
    if (!name.startsWith(`.${target}.`) || !name.endsWith('.partial')) return false;
    try {
      return readdirSync(`${home}/${name}`).length > 0;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOTDIR';
    }
  });
}
