import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openNodeFile } from './node-file.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spectrail-node-file-'));
  mkdirSync(join(folder, 'inside'));
  writeFileSync(join(folder, 'Map.rpl'), Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7]));
  writeFileSync(join(folder, 'map.RAW'), 'raw');
  writeFileSync(join(folder, 'inside', 'secret.raw'), 'secret');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('openNodeFile', () => {
  it('reads any range, and fewer bytes only at the end of the file', async () => {
    const file = await openNodeFile(join(folder, 'Map.rpl'));
    expect(file.name).toBe('Map.rpl');
    expect(file.size).toBe(8);
    expect([...(await file.read(2, 3))]).toEqual([2, 3, 4]);
    expect([...(await file.read(6, 1e9))]).toEqual([6, 7]);
    expect(await file.read(100, 4)).toHaveLength(0);
    expect(await file.read(0, 0)).toHaveLength(0);
  });

  it('reads ranges one behind the other, and what there is of them before the end of the file', async () => {
    const file = await openNodeFile(join(folder, 'Map.rpl'));
    const part = (offset: number, length: number) => ({ offset, length });
    expect([...(await file.readParts!([part(5, 2), part(0, 1), part(3, 0), part(2, 2)]))]).toEqual([5, 6, 0, 2, 3]);
    expect([...(await file.readParts!([part(1, 1), part(6, 4), part(0, 2)]))]).toEqual([1, 6, 7]);
  });

  it('refuses a negative or fractional range', async () => {
    const file = await openNodeFile(join(folder, 'Map.rpl'));
    await expect(file.read(-1, 4)).rejects.toMatchObject({ kind: 'input', code: 'bad-range' });
    await expect(file.read(0, 1.5)).rejects.toMatchObject({ kind: 'input', code: 'bad-range' });
    await expect(file.read(0, Number.NaN)).rejects.toMatchObject({ kind: 'input', code: 'bad-range' });
  });

  it('finds a companion in the same folder whatever its case, and says undefined when there is none', async () => {
    const file = await openNodeFile(join(folder, 'Map.rpl'));
    const raw = await file.sibling('MAP.raw');
    expect(raw?.name).toBe('map.RAW');
    expect(new TextDecoder().decode(await raw!.read(0, 3))).toBe('raw');
    expect(await file.sibling('other.raw')).toBeUndefined();
  });

  it.each(['inside/secret.raw', '../Map.rpl', '..', '.', '', 'inside\\secret.raw', 'a\0b'])(
    'does not leave the folder for a companion called %j',
    async (name) => {
      const file = await openNodeFile(join(folder, 'Map.rpl'));
      await expect(file.sibling(name)).rejects.toMatchObject({ kind: 'format', code: 'unsafe-sibling' });
    },
  );

  it('says that a file is missing, that a path is a folder, or that reading is not permitted', async () => {
    await expect(openNodeFile(join(folder, 'nothing.dm3'))).rejects.toMatchObject({
      kind: 'format',
      code: 'file-not-found',
    });
    await expect(openNodeFile(join(folder, 'Map.rpl', 'below'))).rejects.toMatchObject({ code: 'file-not-found' });
    await expect(openNodeFile(folder)).rejects.toMatchObject({ kind: 'format', code: 'not-a-file' });
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'says that a file may not be read as soon as it is opened',
    async () => {
      const locked = join(folder, 'locked.dm3');
      writeFileSync(locked, 'x');
      chmodSync(locked, 0);
      await expect(openNodeFile(locked)).rejects.toMatchObject({ kind: 'format', code: 'no-permission' });
    },
  );

  it('reports a file that vanished after it was opened', async () => {
    const path = join(folder, 'fleeting.dm3');
    writeFileSync(path, 'x');
    const file = await openNodeFile(path);
    rmSync(path);
    await expect(file.read(0, 1)).rejects.toMatchObject({ kind: 'format', code: 'file-not-found' });
  });
});
