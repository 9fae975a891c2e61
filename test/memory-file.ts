import type { ByteSource } from '../src/formats/format.ts';

/** A file that exists only in a test. `reads` lists what was asked of it, as [offset, length]. */
export function memoryFile(name: string, content: Uint8Array | string): ByteSource & { reads: [number, number][] } {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const reads: [number, number][] = [];
  return {
    name,
    size: bytes.length,
    reads,
    read: async (offset, length) => {
      reads.push([offset, length]);
      return bytes.slice(offset, offset + length);
    },
    sibling: async () => undefined,
  };
}
