import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../test/memory-file.ts';
import { isSpectrailError } from '../../signal/errors.ts';
import { openZip } from './folder.ts';

const counts = Uint8Array.from({ length: 5000 }, (_, i) => (i % 7 === 0 ? i : 0));
const archive = (level: 0 | 6 = 6) => zipSync({ 'a.bin': counts, 'b/c.bin': counts.subarray(0, 10) }, { level });

async function readAll(bytes: Uint8Array): Promise<Uint8Array[]> {
  const folder = await openZip(memoryFile('x.zip', bytes));
  const found: Uint8Array[] = [];
  for (const path of ['a.bin', 'b/c.bin']) {
    const file = await folder.file(path);
    if (file) found.push(await file.read(0, file.size));
  }
  return found;
}

/** The archive with the four bytes of a field of its first directory entry changed. */
function forge(field: number, value: number): Uint8Array {
  const bytes = archive().slice();
  const view = new DataView(bytes.buffer);
  const directory = view.getUint32(bytes.length - 22 + 16, true);
  view.setUint32(directory + field, value, true);
  return bytes;
}

describe('a zip archive', () => {
  it('stored as it is, a part of a file is read without the rest', async () => {
    const source = memoryFile('x.zip', archive(0));
    const file = await (await openZip(source)).file('a.bin');
    await file!.read(0, 1);
    source.reads.length = 0;
    expect(await file!.read(4000, 9)).toEqual(counts.slice(4000, 4009));
    expect(source.reads.map(([, length]) => length)).toEqual([9]);
  });

  it.each([
    ['a size beyond what deflate can hold', 24, 2 ** 31],
    ['a larger size than comes out', 24, 5001],
    ['a smaller size than comes out', 24, 4999],
    ['more packed bytes than there are', 20, 2 ** 31],
    ['a header somewhere else', 42, 3],
    ['a header behind the end', 42, 2 ** 31],
  ])('with %s is refused', async (_, field, value) => {
    await expect(readAll(forge(field, value))).rejects.toMatchObject({ kind: 'format' });
  });

  it('encrypted, or packed in another way, says so', async () => {
    await expect(readAll(forge(8, 1))).rejects.toMatchObject({ code: 'zip-packing' });
    await expect(readAll(forge(10, 12))).rejects.toMatchObject({ code: 'zip-packing' });
  });

  it('with a path that leads out is refused', async () => {
    const bytes = zipSync({ 'a.bin': counts, '../b.bin': counts });
    await expect(openZip(memoryFile('x.zip', bytes))).rejects.toMatchObject({ code: 'unsafe-path' });
  });

  it('cut or with wrong bytes is refused in words or gives as many bytes as it says', async () => {
    const good = archive();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 5 }),
        fc.oneof(fc.constant(good.length), fc.nat(good.length)),
        async (changes, length) => {
          const bytes = good.slice();
          for (const [at, value] of changes) bytes[at] = value;
          try {
            for (const found of await readAll(bytes.subarray(0, length))) expect(found.length).toBeLessThan(2 ** 24);
          } catch (error) {
            expect(isSpectrailError(error, 'format'), String(error)).toBe(true);
          }
        },
      ),
      { numRuns: 400 },
    );
    expect(await readAll(good)).toEqual([counts, counts.slice(0, 10)]);
  });
});
