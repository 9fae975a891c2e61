import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writerFor } from '../src/cli/formats-by-name.ts';
import { writeDataset } from '../src/cli/write-dataset.ts';
import { openFile } from '../src/formats/index.ts';
import { openNodePath } from '../src/formats/node-folder.ts';
import type { ArrayDataset } from '../src/signal/dataset.ts';
import { builtModule, errorOf, spectrail, temporaryFolder } from './cli.ts';

const home = temporaryFolder();
const at = (name: string) => join(home, name);
const SIZE = ['height=70', 'width=70', 'channels=512'].flatMap((setting) => ['--set', setting]);
const RECIPE = `
spectrail: recipe/1
title: Titanium
inputs: { counts: { modality: eds } }
steps:
  - { id: line, use: measure.window, params: { window: [4.40 keV, 4.62 keV] } }
`;

async function look(name: string, ...more: string[]) {
  const { stdout } = await spectrail(['info', at(name), '--json', '--stats', ...more]);
  return JSON.parse(stdout);
}

async function opened(name: string): Promise<ArrayDataset> {
  return (await openFile(await openNodePath(at(name)))).datasets[0] as ArrayDataset;
}

async function convert(from: string, to: string, force = false) {
  const dataset = await opened(from);
  return (await writeDataset(dataset, at(to), await writerFor(to), { force, keep: [at(from)] })).written;
}

/** A cube of random small counts, or of values that are none. */
function writeRaw(name: string, counts: boolean): void {
  const [width, height, depth] = [90, 100, 64];
  const values = new Float32Array(width * height * depth);
  for (let i = 0; i < values.length; i++) values[i] = (i * 40503) % 1000 < 60 ? (i % 9) + (counts ? 1 : 0.5) : 0;
  writeFileSync(at(`${name}.raw`), new Uint8Array(values.buffer));
  const lines = {
    width,
    height,
    depth,
    offset: 0,
    'data-type': 'float',
    'data-length': 4,
    'byte-order': 'little-endian',
    'record-by': 'vector',
    title: name,
  };
  writeFileSync(
    at(`${name}.rpl`),
    Object.entries(lines)
      .map(([key, value]) => `${key}\t${value}\n`)
      .join(''),
  );
}

beforeAll(async () => {
  writeRaw('counts', true);
  writeRaw('values', false);
  writeFileSync(at('recipe.yaml'), RECIPE);
  const made = await spectrail(['simulate', 'eds', '--out', at('map.spectrail'), ...SIZE]);
  expect(made).toMatchObject({ code: 0, stderr: '' });
});

describe('a store', () => {
  it('holds what was simulated: the same counts as another format', async () => {
    await spectrail(['simulate', 'eds', '--out', at('other.hspy'), ...SIZE]);
    const [store, hspy] = [
      await look('map.spectrail', '--probe', '30,40,85'),
      await look('other.hspy', '--probe', '30,40,85'),
    ];
    expect(store.format).toBe('store');
    expect(store.signals[0]).toEqual(hspy.signals[0]);
    expect(existsSync(at('map.truth.json'))).toBe(true);
  });

  it.each([
    ['counts', 'events'],
    ['values', 'dense'],
  ])('of %s is %s, goes to .zspy and comes back with every value', async (name, kind) => {
    expect(await convert(`${name}.rpl`, `${name}.spectrail`)).toMatchObject({ kind });
    expect(await convert(`${name}.spectrail`, `${name}.zspy`)).toMatchObject({ kind: 'dense' });
    expect(await convert(`${name}.zspy`, `${name}-again.spectrail`)).toMatchObject({ kind });
    await convert(`${name}-again.spectrail`, `${name}.npy`);
    const [{ datasets }, raw] = [
      await openFile(await openNodePath(at(`${name}.npy`))),
      readFileSync(at(`${name}.raw`)),
    ];
    const values = (await (datasets[0] as ArrayDataset).values.load()) as Float32Array;
    expect(Buffer.from(values.buffer).equals(raw)).toBe(true);
    const [again, first] = [await opened(`${name}-again.spectrail`), await opened(`${name}.rpl`)];
    for (const key of ['title', 'shape', 'dtype', 'axes', 'metadata'] as const) expect(again[key]).toEqual(first[key]);
  });

  it('is an input like a file: the same result, bytes and hash in the trail, and replay finds it changed', async () => {
    const run = (input: string, out: string) =>
      spectrail(['run', at('recipe.yaml'), '--input', at(input), '--out', at(out), '--engine', 'inline', '--json']);
    const [store, hspy] = [await run('map.spectrail', 'from-store'), await run('other.hspy', 'from-hspy')];
    expect(store.code, store.stdout).toBe(0);
    expect(JSON.parse(store.stdout).findings).toEqual(JSON.parse(hspy.stdout).findings);
    const { file } = JSON.parse(readFileSync(at('from-store/trail.json'), 'utf8')).inputs.counts;
    const command = "find . -type f -printf '%P\\n' | LC_ALL=C sort | xargs -d '\\n' sha256sum | sha256sum";
    const { stdout } = spawnSync('sh', ['-c', command], { cwd: at('map.spectrail'), encoding: 'utf8' });
    expect(file.sha256).toBe(stdout.split(' ')[0]);
    const { stdout: bytes } = spawnSync('sh', ['-c', "find . -type f -printf '%s\n' | paste -sd+ | bc"], {
      cwd: at('map.spectrail'),
      encoding: 'utf8',
    });
    expect(file.bytes).toBe(Number(bytes));
    expect((await spectrail(['replay', at('from-store')])).stdout).toContain('equal.');
    writeFileSync(at('map.spectrail/note.txt'), 'x');
    expect((await spectrail(['replay', at('from-store')])).stdout).toContain('input counts has changed');
  });

  it('with a byte changed is refused, with tile and file', async () => {
    await convert('counts.rpl', 'flipped.spectrail');
    const path = at('flipped.spectrail/events/counts/0');
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] ^= 1;
    writeFileSync(path, bytes);
    const outcome = await spectrail(['info', at('flipped.spectrail'), '--stats', '--json']);
    expect(errorOf(outcome)).toMatchObject({
      code: 'damaged-store',
      where: 'flipped.spectrail/events/counts/0, read as Spectrail store',
      what: expect.stringContaining('tile 2 (pixels 8192 to 8999)'),
    });
  });

  it('is written by convert, and replaced only when told to', async () => {
    const write = (...more: string[]) =>
      spectrail(['convert', at('counts.rpl'), at('again.spectrail'), '--json', ...more]);
    const { stdout } = await write();
    const entries = (await opened('counts.spectrail')).values.rows?.source.entries;
    expect(JSON.parse(stdout)).toMatchObject({
      format: 'store',
      shape: [100, 90, 64],
      values: { kind: 'events', entries },
    });
    expect(errorOf(await write())).toMatchObject({ code: 'file-exists' });
    expect((await write('--force')).code).toBe(0);
  });

  it('may replace itself, and never what is no data', async () => {
    await convert('counts.rpl', 'itself.spectrail');
    await convert('itself.spectrail', 'itself.spectrail', true);
    expect((await opened('itself.spectrail')).shape).toEqual([100, 90, 64]);
    mkdirSync(at('thesis.spectrail'));
    writeFileSync(at('thesis.spectrail/thesis.tex'), 'years');
    await expect(convert('counts.rpl', 'thesis.spectrail', true)).rejects.toMatchObject({ code: 'foreign-folder' });
    expect(readFileSync(at('thesis.spectrail/thesis.tex'), 'utf8')).toBe('years');
    writeFileSync(at('itself.spectrail/input.npy'), readFileSync(at('counts.npy')));
    const inside = convert('itself.spectrail/input.npy', 'itself.spectrail', true);
    await expect(inside).rejects.toMatchObject({ code: 'holds-inputs' });
    expect(readdirSync(home).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('that cannot be written to its end leaves nothing behind', async () => {
    await convert('counts.rpl', 'whole.spectrail');
    const chunk = at('whole.spectrail/events/channels/0');
    writeFileSync(chunk, readFileSync(chunk).subarray(0, 1000));
    const failed = convert('whole.spectrail', 'never.spectrail');
    await expect(failed).rejects.toMatchObject({ kind: 'format', code: 'damaged-store' });
    expect(readdirSync(home).filter((name) => name.startsWith('.') || name.startsWith('never'))).toEqual([]);
  });

  it('killed at any moment while it is written, it stands whole or not at all', { timeout: 60_000 }, async () => {
    let seen = 0;
    for (let attempt = 0; attempt < 6; attempt++) {
      const folder = temporaryFolder();
      const script = `
        const { beginDataFolder } = await import(${builtModule('cli/data-folder.js')});
        const { writeStore } = await import(${builtModule('formats/store/write.js')});
        const { simulateEds } = await import(${builtModule('simulate/eds.js')});
        const { dataset } = simulateEds({ height: 90, width: 90, channels: 512, dose: 10 });
        for (let round = 0; ; round++) {
          const folder = await beginDataFolder(${JSON.stringify(join(folder, 'x.spectrail'))}, { force: true });
          await writeStore(dataset, folder.target);
          await folder.commit();
          if (round === 0) process.stdout.write('ready');
        }`;
      await new Promise<void>((resolve) => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), 11 * attempt));
        child.on('exit', () => resolve());
      });
      const names = readdirSync(folder);
      const standing = names.includes('x.spectrail') ? 'x.spectrail' : names.find((name) => name.endsWith('.old'));
      for (const name of names) expect(name).toMatch(/^x\.spectrail$|^\.x\.spectrail\.[0-9a-f-]+\.(partial|old)$/);
      const { datasets } = await openFile(await openNodePath(join(folder, standing!)));
      expect(await (datasets[0] as ArrayDataset).values.load()).toMatchObject({ kind: 'events', pixels: 8100 });
      seen++;
    }
    expect(seen).toBe(6);
  });
});

describe('spectrail simulate', () => {
  it('writes the maps of a large truth as arrays of their own', async () => {
    const set = ['height=260', 'width=260', 'channels=512', 'dose=0.01'].flatMap((setting) => ['--set', setting]);
    const { stdout } = await spectrail(['simulate', 'eds', '--out', at('large.spectrail'), '--json', ...set]);
    expect(JSON.parse(stdout).maps).toEqual({ labels: at('large.labels.npy') });
    const truth = JSON.parse(readFileSync(at('large.truth.json'), 'utf8'));
    expect(truth).toMatchObject({ labels: 'large.labels.npy', shape: [260, 260] });
    const labels = await look('large.labels.npy');
    expect(labels.signals[0]).toMatchObject({
      shape: [260, 260],
      dtype: 'uint8',
      min: 0,
      max: truth.phases.length - 1,
    });
    expect((await look('large.spectrail')).signals[0]).toMatchObject({ shape: [260, 260, 512], modality: 'eds' });
  });
});
