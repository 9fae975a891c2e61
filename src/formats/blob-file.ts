import { inputError } from '../signal/errors.ts';
import type { ByteSource } from './format.ts';

/**
 * A file the browser holds (picked, dropped, fetched), read piece by piece, never whole. Companions (the `.raw` of an
 * `.rpl`) are looked for by name among `beside`, without regard to case.
 * @throws SpectrailError from `read`: `input/bad-range`.
 */
export function blobFile(blob: Blob, name: string, beside: readonly File[] = []): ByteSource {
  return {
    name,
    size: blob.size,
    blob,
    async read(offset, length) {
      if (!Number.isSafeInteger(offset) || offset < 0 || !Number.isSafeInteger(length) || length < 0) {
        throw inputError({
          code: 'bad-range',
          where: name,
          what: `cannot read ${length} bytes from byte ${offset}`,
          expected: 'a whole offset and length of at least 0',
        });
      }
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
    },
    async sibling(wanted) {
      const found = beside.find((file) => file.name.toLowerCase() === wanted.toLowerCase());
      return found && blobFile(found, found.name, beside);
    },
  };
}
