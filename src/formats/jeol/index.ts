import { defineFormat } from '../format.ts';
import { kindOf } from './kind.ts';

const NAMES = ['.asw', '.pts', '.map', '.eds'];
/** Positions in a stream of events have 12 bits; a line of a map has at least one word of two bytes. */
const POSITIONS = 4096;
const OFFSET_BYTES = 4;

export default defineFormat({
  id: 'jeol',
  title: 'JEOL Analysis Station',
  extensions: ['.asw', '.pts', '.map', '.img', '.eds'],
  sniff: (head, name) =>
    kindOf(head) ? 'certain' : NAMES.some((ending) => name.toLowerCase().endsWith(ending)) ? 'name' : 'no',
  unpackedBytes: (stored) =>
    Math.max(stored, Math.min(OFFSET_BYTES * (POSITIONS * POSITIONS + 1), (stored / 2) * POSITIONS * OFFSET_BYTES)),
  read: async (file) => (await import('./read.ts')).readJeol(file),
});
