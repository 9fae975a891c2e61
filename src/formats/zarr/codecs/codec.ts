import { formatError } from '../../../signal/errors.ts';

/** The name of a compressor and its settings, as `.zarray` writes them. */
export interface CodecConfig {
  readonly id: string;
  readonly [setting: string]: unknown;
}

/** Undoes one compressor. */
export interface Codec {
  /**
   * Exactly `size` bytes. Never allocates more than a few times that.
   * @throws SpectrailError `format/bad-chunk` for anything that does not come to exactly that.
   */
  decode(stored: Uint8Array, size: number, where: string): Promise<Uint8Array>;
}

export function badChunk(where: string, what: string, cause?: unknown) {
  return formatError({
    code: 'bad-chunk',
    where,
    what: `the chunk is damaged: ${what}`,
    expected: 'a chunk as its compressor makes it, of the size the array says',
    fix: 'copy the data again from where they were made',
    cause,
  });
}
