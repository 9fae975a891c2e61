import type { ByteSource } from './format.ts';

/**
 * The same file, of which each small read takes along what follows, up to `window` bytes: for tables whose entries are
 * asked for one by one. The last window is kept.
 */
export function readAhead(source: ByteSource, window: number): ByteSource {
  let start = 0;
  let kept: Uint8Array = new Uint8Array(0);
  return {
    ...source,
    async read(offset, length) {
      const inWindow = Number.isSafeInteger(offset) && offset >= 0 && length >= 0 && length < window;
      if (!inWindow) return source.read(offset, length);
      const end = Math.min(offset + length, source.size);
      if (offset < start || end > start + kept.length) {
        const read = await source.read(offset, window);
        kept = read;
        start = offset;
      }
      return kept.slice(offset - start, Math.max(offset, end) - start);
    },
  };
}
