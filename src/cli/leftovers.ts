import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, readlink, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { exists } from './folders.ts';

/**
 * Names of what is being built, or set aside, beside its place: `.<name>.<machine>-<process>-<its start>-<number>.partial`
 * and `.old`. They say who made them, so that what a killed process has left can be told from what a living one works on.
 * Machines that share a file system leave each other's names alone.
 */
const PATTERN = /^\.(.*)\.([0-9a-f]{8})-(\d{1,10})-(\d{1,20})-[0-9a-f]{8}\.(partial|old)$/s;
/** File systems take 255 bytes; longer names are told by their hash. */
const LONGEST_BASE = 180;

/** Numbers of processes come round again, in containers at every start; the moment of the start does not. */
async function startOf(pid: number): Promise<string> {
  const status = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  // The 22nd field, in clock ticks since the machine was started; the second, in brackets, may hold blanks.
  return status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? UNKNOWN_START;
}
const UNKNOWN_START = '0';

let machine: Promise<string> | undefined;

/** Host and process-number space: in two containers of one host the same number means two processes. */
async function thisMachine(): Promise<string> {
  const space = await readlink('/proc/self/ns/pid').catch(() => '');
  return createHash('sha256').update(`${hostname()}\0${space}`).digest('hex').slice(0, 8);
}

function baseOf(target: string): string {
  const name = basename(target);
  if (Buffer.byteLength(name) <= LONGEST_BASE) return name;
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}

/** A name beside `target` that nobody uses: same disk, so that a rename is one act. */
export async function temporaryBeside(target: string): Promise<string> {
  machine ??= thisMachine();
  const owner = [await machine, process.pid, await startOf(process.pid), randomBytes(4).toString('hex')].join('-');
  return join(dirname(target), `.${baseOf(target)}.${owner}.partial`);
}

/** Where what stood at the target waits while `temporary` takes its place. */
export function asideOf(temporary: string): string {
  return temporary.replace(/\.partial$/, '.old');
}

interface Leftover {
  readonly path: string;
  readonly kind: 'partial' | 'old';
}

/** What processes of this machine that are no more have left beside `target`. */
async function leftoversOf(target: string): Promise<Leftover[]> {
  const folder = dirname(target);
  const names = await readdir(folder).catch(() => [] as string[]);
  machine ??= thisMachine();
  const here = await machine;
  const found: Leftover[] = [];
  for (const name of names) {
    const [, base, owner, pid, start, kind] = PATTERN.exec(name) ?? [];
    if (base !== baseOf(target) || owner !== here || (await isAlive(Number(pid), start))) continue;
    found.push({ path: join(folder, name), kind: kind as Leftover['kind'] });
  }
  return found;
}

async function isAlive(pid: number, start: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = await startOf(pid);
  return now === start || now === UNKNOWN_START || start === UNKNOWN_START;
}

/**
 * A replacement is two renames: the old away, the new to its place. After a kill between them nothing stands at `target`,
 * and the new, which was complete by then, is put there; the old where the new is gone.
 */
export async function finishReplacement(target: string): Promise<void> {
  if (await exists(target)) return;
  const aside = (await leftoversOf(target)).filter(({ kind }) => kind === 'old');
  for (const { path } of aside) {
    const complete = path.replace(/\.old$/, '.partial');
    // Somebody else may be at it as well: whoever comes second finds nothing to rename, or the place taken.
    const put = (from: string) =>
      rename(from, target).then(
        () => true,
        () => false,
      );
    if ((await put(complete)) || (await put(path))) return;
  }
}

/** Removes what killed processes have left beside `target`, after what they had begun to replace has its place again. */
export async function removeLeftovers(target: string): Promise<void> {
  await finishReplacement(target);
  for (const { path } of await leftoversOf(target)) await rm(path, { recursive: true, force: true }).catch(() => {});
}
