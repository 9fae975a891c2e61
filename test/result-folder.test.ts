import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeFileAtomically } from '../src/cli/atomic-file.ts';
import { beginDataFolder } from '../src/cli/data-folder.ts';
import { beginResultFolder } from '../src/cli/result-folder.ts';
import { isSpectrailError } from '../src/signal/errors.ts';
import { builtModule, temporaryFolder } from './cli.ts';

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (isSpectrailError(error, 'output') || isSpectrailError(error, 'internal')) return error.code;
    throw error;
  }
  return 'nothing was thrown';
}

const files = (mark: string) => [
  { path: 'trail.json', content: mark },
  { path: 'figures/a.svg', content: mark },
];

describe('a result folder', () => {
  it('stands whole under its name after a commit, and nothing else is left', async () => {
    const home = temporaryFolder();
    const out = join(home, 'a', 'b', 'results');
    const folder = await beginResultFolder(out);
    expect(existsSync(out)).toBe(false);
    await folder.commit(files('new'));
    await folder.discard();
    expect(readFileSync(join(out, 'figures', 'a.svg'), 'utf8')).toBe('new');
    expect(readdirSync(join(home, 'a', 'b'))).toEqual(['results']);
  });

  it('discarded: nothing is left, not even the parents that were made for it', async () => {
    const home = temporaryFolder();
    const folder = await beginResultFolder(join(home, 'a', 'b', 'results'));
    await folder.discard();
    expect(readdirSync(home)).toEqual([]);
  });

  it('a write that fails leaves the old result as it was', async () => {
    const home = temporaryFolder();
    const out = join(home, 'results');
    const first = await beginResultFolder(out);
    await first.commit(files('old'));
    const second = await beginResultFolder(out);
    const clash = [...files('new'), { path: 'figures', content: 'a file where a folder is' }];
    expect(await codeOf(second.commit(clash))).toBe('cannot-write');
    expect(readFileSync(join(out, 'trail.json'), 'utf8')).toBe('old');
    expect(readdirSync(home)).toEqual(['results']);
  });

  it.each(['../outside.txt', '/tmp/outside-of-spectrail.txt', 'figures/../../outside.txt', '.'])(
    'refuses the path %s',
    async (path) => {
      const home = temporaryFolder();
      const folder = await beginResultFolder(join(home, 'results'));
      await codeOf(folder.commit([{ path, content: 'x' }]));
      expect(readdirSync(home)).toEqual([]);
      expect(existsSync('/tmp/outside-of-spectrail.txt')).toBe(false);
    },
  );

  it('refuses files, links, folders of others, and folders that hold what must survive', async () => {
    const home = temporaryFolder();
    writeFileSync(join(home, 'file'), '');
    mkdirSync(join(home, 'foreign'));
    writeFileSync(join(home, 'foreign', 'thesis.tex'), '');
    symlinkSync(join(home, 'foreign'), join(home, 'link'));
    expect(await codeOf(beginResultFolder(join(home, 'file')))).toBe('not-a-folder');
    expect(await codeOf(beginResultFolder(join(home, 'link'), { force: true }))).toBe('not-a-folder');
    expect(await codeOf(beginResultFolder(join(home, 'foreign')))).toBe('foreign-folder');
    const keep = [join(home, 'foreign', 'thesis.tex')];
    expect(await codeOf(beginResultFolder(join(home, 'foreign'), { force: true, keep }))).toBe('holds-inputs');
    expect(await codeOf(beginResultFolder('/', { force: true }))).toBe('holds-inputs');
    expect(readdirSync(home).sort()).toEqual(['file', 'foreign', 'link']);
  });

  it('killed at any moment, shows the old result or the new one, never a mixture', async () => {
    const paths = ['trail.json', 'a/x', 'a/y', 'b/x', 'b/y'];
    let seen = 0;
    for (let attempt = 0; attempt < 8; attempt++) {
      const home = temporaryFolder();
      const out = join(home, 'results');
      const script = `
        const { beginResultFolder } = await import(${builtModule('cli/result-folder.js')});
        for (let mark = 0; ; mark++) {
          const folder = await beginResultFolder(${JSON.stringify(out)});
          await folder.commit(${JSON.stringify(paths)}.map((path) => ({ path, content: String(mark) })));
        }`;
      await new Promise<void>((resolve) => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
        setTimeout(() => child.kill('SIGKILL'), 250 + 37 * attempt);
        child.on('exit', () => resolve());
      });
      const names = readdirSync(home);
      const standing = names.includes('results') ? 'results' : names.find((name) => name.endsWith('.old'));
      if (standing === undefined) continue;
      const marks = paths.map((path) => readFileSync(join(home, standing, path), 'utf8'));
      expect(new Set(marks).size).toBe(1);
      seen++;
    }
    expect(seen).toBeGreaterThan(0);
  });
});

describe('a folder of data', () => {
  it('given up while it is written: nothing is left, and nothing more is written', async () => {
    const home = temporaryFolder();
    const folder = await beginDataFolder(join(home, 'a', 'map.zspy'));
    let files = 0;
    const writing = (async () => {
      for (;;) {
        const file = await folder.target.create(`${files}/0`);
        await file.write(new Uint8Array(1000));
        await file.close();
        files++;
      }
    })();
    const refused = codeOf(writing);
    while (files < 3) await new Promise((resolve) => setTimeout(resolve, 1));
    await folder.discard();
    expect(await refused).toBe('cannot-write');
    expect(readdirSync(home)).toEqual([]);
  });
});

describe('a file', () => {
  it('is replaced only when told to, and never left half', async () => {
    const home = temporaryFolder();
    const path = join(home, 'new', 'map.npy');
    await writeFileAtomically(path, 'one');
    expect(await codeOf(writeFileAtomically(path, 'two'))).toBe('file-exists');
    expect(readFileSync(path, 'utf8')).toBe('one');
    await writeFileAtomically(path, 'two', { force: true });
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(await codeOf(writeFileAtomically(join(path, 'inside'), 'x'))).toBe('cannot-write');
    expect(await codeOf(writeFileAtomically(join(home, 'new'), 'x', { force: true }))).toBe('cannot-write');
    expect(readdirSync(join(home, 'new'))).toEqual(['map.npy']);
    expect(readdirSync(home)).toEqual(['new']);
  });
});
