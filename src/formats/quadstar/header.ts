import type { Metadata } from '../../signal/dataset.ts';
import { formatError } from '../../signal/errors.ts';

export const HEADER_BYTES = 0xc8;
/** First number of a file: which kind of scan it holds. */
const KINDS: Readonly<Record<number, Kind>> = { 710: 'analog', 720: 'bargraph' };
/** Clocks of the header are local, and the start of the measurement is counted in UTC. */
const LARGEST_SHIFT_S = 36 * 3600;

export type Kind = 'analog' | 'bargraph';

export interface Header {
  readonly kind: Kind;
  readonly cycles: number;
  readonly traces: number;
  /** Bytes from one cycle to the next; 0 in bargraph scans. */
  readonly cycleBytes: number;
  readonly author: string;
  readonly version: string;
  /** Local date and time. */
  readonly moment: Metadata;
}

/** The common part of both kinds; undefined for bytes that are none, or where date and start of the measurement disagree. */
export function readHeader(head: Uint8Array): Header | undefined {
  if (head.length < HEADER_BYTES) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const kind = KINDS[view.getUint16(0, true)];
  const [second, minute, hour, day, month, year] = [8, 9, 10, 11, 12, 13].map((at) => head[at]);
  if (!kind || second > 59 || minute > 59 || hour > 23) return undefined;
  const local = Date.UTC(1900 + year, month - 1, day, hour, minute, second);
  const date = new Date(local);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  if (Math.abs(local / 1000 - view.getUint32(0xc2, true)) > LARGEST_SHIFT_S) return undefined;
  const [day8601, time] = date.toISOString().split(/[T.]/);
  return {
    kind,
    cycles: view.getUint32(0x64, true),
    traces: view.getUint16(0x68, true),
    cycleBytes: view.getUint32(0x6a, true),
    author: textAt(head, 0x0f, 85),
    version: `${head[6]}.${head[7]}`,
    moment: { date: day8601, time },
  };
}

/** A text of at most `length` bytes, ended by 0. */
export function textAt(bytes: Uint8Array, at: number, length: number): string {
  const text = new TextDecoder('windows-1252').decode(bytes.subarray(at, at + length));
  return text.split('\0', 1)[0].trim();
}

/** Seconds, then tenths of milliseconds. */
export function secondsAt(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint16(at + 4, true) / 1e4;
}

export function badQuadstar(where: string, what: string, expected: string) {
  return formatError({ code: 'bad-quadstar', where, what, expected, fix: 'copy the file again, or export it as text' });
}
