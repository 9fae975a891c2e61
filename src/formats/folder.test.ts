import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryFile } from '../../test/memory-file.ts';
import { blobFolder } from './blob-folder.ts';
import { type FolderSource, folderOfFiles } from './folder.ts';
import { openFolderReference } from './folder-reference.ts';
import { openNodeFolder, openNodePath } from './node-folder.ts';
import { openZip } from './zip/folder.ts';

const home = mkdtempSync(join(tmpdir(), 'spectrail-folder-'));
const FILES = { 'a.txt': 'a', 'inside/b.txt': 'bb', 'inside/deep/c.txt': 'ccc' };
const utf8 = (text: string) => new TextEncoder().encode(text);

beforeAll(() => {
  mkdirSync(join(home, 'data/inside/deep'), { recursive: true });
  writeFileSync(join(home, 'secret.txt'), 'secret');
  for (const [path, text] of Object.entries(FILES)) writeFileSync(join(home, 'data', path), text);
  symlinkSync(join(home, 'secret.txt'), join(home, 'data/out.txt'));
  symlinkSync(home, join(home, 'data/up'));
  symlinkSync(join(home, 'data/a.txt'), join(home, 'data/inside/link.txt'));
  symlinkSync(join(home, 'data'), join(home, 'linked'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const packed = (level: 0 | 6, top = '') =>
  zipSync(Object.fromEntries(Object.entries(FILES).map(([path, text]) => [top + path, utf8(text)])), { level });

const kinds: readonly (readonly [string, () => Promise<FolderSource>])[] = [
  ['on disk', () => openNodeFolder(join(home, 'data'))],
  ['on disk, through a link', () => openNodeFolder(join(home, 'linked'))],
  ['in a zip', () => openZip(memoryFile('data.zip', packed(0)))],
  ['in a packed zip', () => openZip(memoryFile('data.zip', packed(6)))],
  ['in a zip of the folder itself', () => openZip(memoryFile('data.zip', packed(6, 'data/')))],
  [
    'picked in a browser',
    async () =>
      blobFolder(
        Object.entries(FILES).map(([path, text]) =>
          Object.defineProperty(new File([text], path.replace(/.*\//, '')), 'webkitRelativePath', {
            value: `data/${path}`,
          }),
        ),
      ),
  ],
];

describe.each(kinds)('a folder %s', (kind, open) => {
  it('has its files and folders', async () => {
    const folder = await open();
    const names = (await folder.list('')).filter(({ kind: what }) => what !== 'other').map(({ name }) => name);
    expect(names.filter((name) => name !== 'up')).toEqual(['a.txt', 'inside']);
    expect((await folder.list('inside')).find(({ name }) => name === 'deep')?.kind).toBe('folder');
    expect(await folder.list('a.txt')).toEqual([]);
    expect(await folder.list('nowhere')).toEqual([]);
    for (const [path, text] of Object.entries(FILES)) {
      const file = await folder.file(path);
      expect(file?.size).toBe(text.length);
      expect(new TextDecoder().decode(await file!.read(1, 100))).toBe(text.slice(1));
    }
    expect(await folder.file('inside')).toBeUndefined();
    expect(await folder.file('nowhere/x')).toBeUndefined();
  });

  it.each([
    '../secret.txt',
    '/etc/passwd',
    'inside/../../secret.txt',
    '..',
    '.',
    'inside//b.txt',
    'a\0',
    'inside\\b.txt',
  ])('is not left by %j', async (path) => {
    const folder = await open();
    const refusal = { kind: 'format', code: 'unsafe-path' };
    await expect(folder.file(path)).rejects.toMatchObject(refusal);
    await expect(folder.list(path)).rejects.toMatchObject(refusal);
  });

  it('is found again by its reference, where it has one', async () => {
    const folder = await open();
    if (kind.includes('zip')) expect(folder.reference).toBeUndefined();
    else {
      const again = await openFolderReference(folder.reference!);
      expect(new TextDecoder().decode(await (await again.file('inside/b.txt'))!.read(0, 9))).toBe('bb');
    }
  });
});

describe('on disk', () => {
  it('links are followed inside the folder, and not out of it', async () => {
    const folder = await openNodeFolder(join(home, 'data'));
    expect((await folder.file('inside/link.txt'))?.size).toBe(1);
    const refusal = { kind: 'format', code: 'unsafe-path' };
    await expect(folder.file('out.txt')).rejects.toMatchObject(refusal);
    await expect(folder.file('up/secret.txt')).rejects.toMatchObject(refusal);
    await expect(folder.list('up')).rejects.toMatchObject(refusal);
  });

  it('a path is a folder or a file, or is not there', async () => {
    expect(await openNodePath(join(home, 'data'))).toMatchObject({ kind: 'folder', name: 'data' });
    expect(await openNodePath(join(home, 'data/a.txt'))).toMatchObject({ name: 'a.txt', size: 1 });
    await expect(openNodePath(join(home, 'nowhere'))).rejects.toMatchObject({ code: 'file-not-found' });
  });

  it('a zip on disk is found again by workers', async () => {
    writeFileSync(join(home, 'data.zip'), packed(0));
    const { reference } = await openZip((await openNodePath(join(home, 'data.zip'))) as never);
    const again = await openFolderReference(structuredClone(reference!));
    expect((await again.file('inside/deep/c.txt'))?.size).toBe(3);
  });
});

it('of several files under one path the last counts, and none may lead out', async () => {
  const file = (text: string) => async () => memoryFile('x', text);
  const twice = folderOfFiles('f', [
    ['x', file('old')],
    ['x', file('new!')],
  ]);
  expect((await twice.file('x'))?.size).toBe(4);
  expect(() => folderOfFiles('f', [['../x', file('')]])).toThrow(expect.objectContaining({ code: 'unsafe-path' }));
});
