import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Engine } from '../engines/engine.ts';
import { crc32 } from '../kernels/crc32.ts';

/** Shorter runs are as soon begun anew. */
const WORTH_RECORDING_MS = 15_000;
/** Number of the job, bytes that follow, their checksum. */
const HEAD_BYTES = 12;

export interface Journal {
  /** The same engine, which does no job again that a killed run with this journal has done. */
  readonly engine: Engine;
  /** Removes what was recorded: the run has ended, one way or another. */
  discard(): Promise<void>;
}

/**
 * Results of finished jobs on disk, beside where the result of the run will be, so that a run that was killed goes on where
 * it stopped. Passes come in the same order for equal recipe, inputs and version, which `identity` stands for; a journal
 * of anything else is removed, as is that of another Node, whose way to write records may be another. Records are
 * checked when they are read: half a record counts as none.
 */
export async function openJournal(
  engine: Engine,
  target: string,
  identity: unknown,
  worthRecording = WORTH_RECORDING_MS,
): Promise<Journal> {
  const identified = JSON.stringify([identity, process.version]);
  const id = createHash('sha256').update(identified).digest('hex').slice(0, 16);
  const folder = join(dirname(target), `.${basename(target)}.${id}.resume`);
  for (const other of await journalsOf(target)) if (other !== folder) await rm(other, { recursive: true, force: true });
  const began = performance.now();
  let passes = 0;
  let recording = true;
  const worth = () => recording && performance.now() - began >= worthRecording;
  const resuming = (await readdir(folder).catch(() => [])).length > 0;
  return {
    engine: {
      ...engine,
      async runPass(pass, jobs, done) {
        const number = passes++;
        const known = new Set<number>();
        if (resuming) {
          for await (const [job, result] of recordsOf(folder, number, jobs.length)) {
            if (known.has(job)) continue;
            known.add(job);
            done(job, result);
          }
        }
        const left = jobs.map((_, job) => job).filter((job) => !known.has(job));
        const record = recorder(folder, number, jobs.length, worth);
        try {
          await engine.runPass(
            pass,
            left.map((job) => jobs[job]),
            (at, result) => {
              record.add(left[at], result);
              done(left[at], result);
            },
          );
        } finally {
          record.close();
        }
      },
    },
    discard() {
      // An interrupted run goes on for a moment, and must not begin the folder again.
      recording = false;
      return rm(folder, { recursive: true, force: true });
    },
  };
}

const PATTERN = /^\.(.*)\.[0-9a-f]{16}\.resume$/s;

/** Journals of runs that were to end at `target`. */
async function journalsOf(target: string): Promise<string[]> {
  const names = await readdir(dirname(target)).catch(() => [] as string[]);
  return names
    .filter((name) => PATTERN.exec(name)?.[1] === basename(target))
    .map((name) => join(dirname(target), name));
}

/** Files of a pass: one for each process that has worked on it, in runs of jobs of one size. */
const fileOf = (folder: string, pass: number, jobs: number) => join(folder, `${pass}-of-${jobs}-by-${process.pid}`);

function recorder(folder: string, pass: number, jobs: number, worth: () => boolean) {
  let file: number | undefined;
  let broken = false;
  return {
    /** Serialises at once: whoever gets the result next may change it. */
    add(job: number, result: unknown) {
      if (broken || !worth()) return;
      const bytes = serialize(result);
      const head = Buffer.alloc(HEAD_BYTES);
      head.writeUInt32LE(job, 0);
      head.writeUInt32LE(bytes.length, 4);
      head.writeUInt32LE(crc32(bytes), 8);
      try {
        if (file === undefined) {
          mkdirSync(folder, { recursive: true });
          file = openSync(fileOf(folder, pass, jobs), 'a');
        }
        writeSync(file, Buffer.concat([head, bytes]));
      } catch {
        // A full disk ends the recording, not the run.
        broken = true;
      }
    },
    close() {
      if (file !== undefined) closeSync(file);
    },
  };
}

/** Jobs and their results, one in memory at a time; of each file up to the first record that is not whole. */
async function* recordsOf(folder: string, pass: number, jobs: number): AsyncGenerator<[number, unknown]> {
  for (const name of await readdir(folder).catch(() => [] as string[])) {
    if (!name.startsWith(`${pass}-of-${jobs}-by-`)) continue;
    const file = await open(join(folder, name));
    try {
      for (;;) {
        const head = Buffer.alloc(HEAD_BYTES);
        if ((await file.read(head, 0, HEAD_BYTES)).bytesRead < HEAD_BYTES) break;
        const [job, length, sum] = [head.readUInt32LE(0), head.readUInt32LE(4), head.readUInt32LE(8)];
        if (job >= jobs || length > (await file.stat()).size) break;
        const record = Buffer.alloc(length);
        const { bytesRead } = await file.read(record, 0, length);
        if (bytesRead < length || crc32(record) !== sum) break;
        yield [job, deserialize(record)];
      }
    } finally {
      await file.close();
    }
  }
}
