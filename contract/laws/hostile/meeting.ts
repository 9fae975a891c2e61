import type { Format } from '../../../src/formats/format.ts';
import { type FormatEntry, openFile } from '../../../src/formats/index.ts';
import { isSpectrailError, type SpectrailError } from '../../../src/signal/errors.ts';
import { weighAllocations } from '../allocations.ts';
import { peakMemory, startPeak } from './peak-memory.ts';
import { loadAll } from './promises.ts';
import { type Sample, sourceOf } from './samples.ts';
import { beat } from './watchdog.ts';

/** Of the processor: on a busy machine a clock on the wall would measure the neighbours. */
const HANG_MS = 2000;
/** No array may be larger than this many times what the files can hold … */
const TIMES = 4;
/** … and what any reader needs: windows, tables of its own. */
const FLOOR = 2 ** 20;
/** Nor may a small file make a large array, whatever it could unpack to. */
const BUDGET = 2 ** 28;
/** What the process may grow by beyond that: text and objects made on the way, garbage that nobody collected yet. */
const SLACK = 2 ** 27;
/** Of a refusal. What it quotes of the file, it quotes in part. */
const LONGEST_MESSAGE = 2000;

export interface Meeting {
  /** What was wrong with how the bytes were met; undefined when they were read or refused as they should be. */
  readonly fault?: string;
  /** In which words they were refused. */
  readonly refusal?: SpectrailError;
  /** Wrong, but a matter of the machine's mood as well: to be tried again before it is believed. */
  readonly unsure: boolean;
}

/** Opens a file and loads all that it promises. What is wrong with how that went; undefined when nothing is. */
export async function faultOf(entry: FormatEntry, format: Format, sample: Sample): Promise<string | undefined> {
  return (await meetingOf(entry, format, sample)).fault;
}

/** How the file was met: opened, and all loaded that it promises. */
export async function meetingOf(entry: FormatEntry, format: Format, sample: Sample): Promise<Meeting> {
  const first = await meet(entry, format, sample);
  return first.unsure ? meet(entry, format, sample) : first;
}

async function meet(entry: FormatEntry, format: Format, sample: Sample): Promise<Meeting> {
  const stored = sample.parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const held = Math.min(TIMES * Math.max(stored, format.unpackedBytes?.(stored) ?? 0) + FLOOR, BUDGET);
  // The file is this format's, whatever its first bytes have become: the reader itself is to be met.
  const own: Format = {
    ...format,
    sniff: (head, name) => sure(format.sniff(head, name)),
    sniffFolder: async (folder) => sure(await format.sniffFolder?.(folder)),
  };
  const alone: FormatEntry = { ...entry, load: async () => ({ default: own }) };
  let fault: string | undefined;
  let refusal: SpectrailError | undefined;
  startPeak();
  beat();
  const started = process.cpuUsage();
  const { largest, where } = await weighAllocations(async () => {
    try {
      for (const dataset of (await openFile(sourceOf(sample), [alone])).datasets) await loadAll(dataset);
    } catch (error) {
      if (isSpectrailError(error)) refusal = error;
      fault = refusal ? faultOfError(refusal, entry, sample) : `${error}`;
    }
  });
  const { user, system } = process.cpuUsage(started);
  const took = (user + system) / 1000;
  const grown = peakMemory();
  beat();
  if (Object.keys(Object.prototype).length > 0) return { fault: 'Object.prototype was changed', unsure: false };
  if (fault) return { fault, unsure: false };
  if (largest > held) return { fault: `an array of ${largest} bytes, ${held} are allowed\n${where}`, unsure: false };
  if (took > HANG_MS) return { fault: `took ${took.toFixed(0)} ms`, unsure: true };
  const allowed = held + SLACK + (format.libraryBytes ?? 0);
  if (grown > allowed) return { fault: `the process grew by ${grown} bytes, ${allowed} are allowed`, unsure: true };
  return { refusal, unsure: false };
}

/** Whatever its first bytes say: that the question is answered is all that is asked. */
const sure = (_: unknown) => 'certain' as const;

/** A refusal says what was wrong, where in which file, as what it was read, and what would have been right. */
function faultOfError(
  error: SpectrailError,
  { title }: FormatEntry,
  { name, parts, folder }: Sample,
): string | undefined {
  const { kind, code, what, where = '', expected, message } = error;
  if (code === 'reader-failed') {
    const { cause } = error;
    return `untyped inside the reader: ${cause instanceof Error ? cause.stack : cause}`;
  }
  // Other kinds blame who called: for a damaged file that is nobody but the file, unless it is whole and too large.
  if (kind !== 'format' && code !== 'too-large') return `${code} of the kind ${kind}: ${what}`;
  if (what === '') return `${code} without a word`;
  if (!expected) return `${code} does not say what was expected`;
  if (message.length > LONGEST_MESSAGE)
    return `${code} takes ${message.length} letters to say: ${message.slice(0, 80)}`;
  // Nothing has been read of an empty file, as nothing.
  if (code === 'empty-file') return undefined;
  if (!where.endsWith(`, read as ${title}`)) return `${code} does not say as what the file was read (${where})`;
  const file = folder ? name : (parts[0]?.name ?? name);
  if (!where.includes(file)) return `${code} does not say in which file (${where})`;
  const place = where.slice(0, -`, read as ${title}`.length).replace(file, '');
  if (place === '' && !folder) return `${code} does not say where in the file (${where})`;
  return undefined;
}
