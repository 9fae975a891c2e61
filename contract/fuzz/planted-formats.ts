import { defineFormat, type Format } from '../../src/formats/format.ts';
import type { FormatEntry } from '../../src/formats/registry.ts';
import { uniformAxis } from '../../src/signal/axis.ts';
import { formatError, inputError } from '../../src/signal/errors.ts';
import type { Sample } from '../laws/hostile/samples.ts';

/** A format whose values are the bytes of its file, but for one of them, which does harm. */
function planted(id: string, harm: (bytes: Uint8Array) => void): { entry: FormatEntry; format: Format } {
  const title = `Planted (${id})`;
  const extensions = ['.planted'];
  const format = defineFormat({
    id,
    title,
    extensions,
    sniff: () => 'certain',
    read: async (file) => {
      const bytes = await file.read(0, file.size);
      if (bytes.length < 16) {
        throw formatError({
          code: 'too-short',
          where: `${file.name}, byte ${bytes.length}`,
          what: `it has ${bytes.length} bytes`,
          expected: '16 bytes or more',
        });
      }
      harm(bytes);
      const size = bytes.length;
      return [
        {
          kind: 'array',
          title: 'bytes',
          shape: [size],
          dtype: 'uint8',
          axes: [uniformAxis({ name: 'byte', role: 'spectral', size })],
          values: { kind: 'dense', load: async () => bytes },
          metadata: {},
          original: {},
          warnings: [],
        },
      ];
    },
  });
  return { entry: { id, title, extensions, load: async () => ({ default: format }) }, format };
}

const HARMLESS_BYTE = 7;
/** In some inputs of a hundred another byte is the first. */
const harmed = (bytes: Uint8Array) => bytes[0] !== HARMLESS_BYTE;

export const PLANTED = {
  sound: planted('sound', () => {}),
  untyped: planted('untyped', (bytes) => {
    if (harmed(bytes)) (undefined as unknown as { name: string }).name.trim();
  }),
  unhelpful: planted('unhelpful', (bytes) => {
    if (harmed(bytes)) throw formatError({ code: 'wrong', what: 'the first byte is wrong' });
  }),
  blaming: planted('blaming', (bytes) => {
    if (harmed(bytes)) throw inputError({ code: 'bad-axis', what: 'the axis is wrong', expected: 'another' });
  }),
  greedy: planted('greedy', (bytes) => {
    if (harmed(bytes)) new Float64Array(2 ** 20);
  }),
  killed: planted('killed', (bytes) => {
    if (harmed(bytes)) process.kill(process.pid, 'SIGKILL');
  }),
} as const;

const good = Uint8Array.from({ length: 96 }, (_, i) => (HARMLESS_BYTE + 37 * i) & 255);

export const PLANTED_SAMPLES: readonly Sample[] = [
  { name: 'good.planted', parts: [{ name: 'good.planted', bytes: good }] },
  { name: 'other.planted', parts: [{ name: 'other.planted', bytes: good.slice(0, 64) }] },
];
