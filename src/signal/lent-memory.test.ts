import { describe, expect, it } from 'vitest';
import { LentMemory } from './lent-memory.ts';

describe('lent memory', () => {
  it('goes from one job to the next, and never to two at a time', async () => {
    const memory = new LentMemory();
    const first = await memory.during((lend) => lend(1000).buffer);
    const [second, third] = await memory.during((lend) => [lend(900).buffer, lend(1000).buffer]);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    const buffers = await Promise.all(
      [1, 2].map(() =>
        memory.during(async (lend) => {
          const { buffer } = lend(800);
          await Promise.resolve();
          return buffer;
        }),
      ),
    );
    expect(new Set(buffers)).toEqual(new Set([second, third]));
  });

  it('has as many bytes as were asked for, where any number may begin', async () => {
    const memory = new LentMemory();
    for (const bytes of [0, 1, 4097, 12]) {
      const { byteLength, byteOffset } = await memory.during((lend) => lend(bytes));
      expect([byteLength, byteOffset % 8]).toEqual([bytes, 0]);
    }
  });

  it('that is far too large stays for others, and no more is kept than two jobs need', async () => {
    const memory = new LentMemory();
    const large = await memory.during((lend) => lend(1e6).buffer);
    expect(await memory.during((lend) => lend(1000).buffer)).not.toBe(large);
    const lengths = await memory.during((lend) => [lend(9e5), lend(9e5), lend(9e5)].map((one) => one.buffer));
    expect(lengths[0]).toBe(large);
    await memory.during((lend) => lend(9e5));
    const kept = await memory.during((lend) => [1, 2, 3].map(() => lend(9e5).buffer));
    expect(kept.filter((buffer) => lengths.includes(buffer)).length).toBe(2);
  });

  it('of a job that failed is not lent again: it may still be written to', async () => {
    const memory = new LentMemory();
    let lost: ArrayBuffer | undefined;
    const failing = memory.during((lend) => {
      lost = lend(100).buffer;
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await memory.during((lend) => lend(100).buffer)).not.toBe(lost);
  });
});
