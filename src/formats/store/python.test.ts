import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { blocksOf } from '../../../test/docs-blocks.ts';
import { memoryTarget } from '../../../test/memory-folder.ts';
import { simulateEds } from '../../simulate/eds.ts';
import { writeStore } from './write.ts';

const python = '/usr/bin/python3';
const hasZarr = spawnSync(python, ['-c', 'import zarr']).status === 0;
const home = mkdtempSync(join(tmpdir(), 'spectrail-store-python-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

it.skipIf(!hasZarr)(
  'the three lines of the documentation read the events, and sha256sum and CRC-32 agree',
  async () => {
    const { dataset, drawPixels } = simulateEds({ height: 70, width: 75, channels: 512 });
    const { target, files } = memoryTarget();
    await writeStore(dataset, target);
    for (const [path, bytes] of files) {
      const full = join(home, 'map.spectrail', path);
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, bytes);
    }
    const [lines] = blocksOf(readFileSync('docs/store.md', 'utf8')).filter(({ language }) => language === 'python');
    expect(lines.text.trim().split('\n')).toHaveLength(3);
    const script = `${lines.text}
import json, zlib
first, last = int(offsets[4096]), int(offsets[5250])
parts = [offsets[4096:5251], channels[first:last], counts[first:last]]
print(json.dumps(dict(pixels=len(offsets) - 1, entries=len(channels), sum=int(counts.sum()), pixel=4321,
    channels=channels[offsets[4321]:offsets[4322]].tolist(), counts=counts[offsets[4321]:offsets[4322]].tolist(),
    shape=store.attrs['spectrail']['shape'], crc=[zlib.crc32(part.tobytes()) for part in parts], stored=store['checksums'][1].tolist())))`;
    const run = spawnSync(python, ['-W', 'ignore', '-c', script], { cwd: home, encoding: 'utf8' });
    expect(run.status, run.stderr).toBe(0);
    const found = JSON.parse(run.stdout);
    const { offsets, channel, count } = drawPixels(0, 70 * 75);
    const [from, to] = [offsets[4321], offsets[4322]];
    expect(found).toMatchObject({
      pixels: 5250,
      entries: channel.length,
      sum: Array.from(count).reduce((a, b) => a + b, 0),
      channels: [...channel.subarray(from, to)],
      counts: [...count.subarray(from, to)],
      shape: [70, 75, 512],
      crc: found.stored,
    });
    const sums = spawnSync('sha256sum', ['--quiet', '-c', 'SHA256SUMS'], { cwd: join(home, 'map.spectrail') });
    expect(sums.status).toBe(0);
  },
);
