import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryTarget } from '../../../test/memory-folder.ts';
import { explicitAxis, uniformAxis } from '../../signal/axis.ts';
import type { DenseBlock } from '../../signal/block.ts';
import type { ArrayDataset } from '../../signal/dataset.ts';
import type { ValueArray } from '../../signal/dtype.ts';
import { openFile } from '../index.ts';
import { openNodePath } from '../node-folder.ts';
import store from '../store/index.ts';
import zspy from './index.ts';

const python = '/usr/bin/python3';
const hasHyperSpy = spawnSync(python, ['-W', 'ignore', '-c', 'import hyperspy.api, zarr']).status === 0;
const home = mkdtempSync(join(tmpdir(), 'spectrail-zspy-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const map: ArrayDataset = {
  kind: 'array',
  title: 'core/loss ä',
  shape: [5, 7, 64],
  dtype: 'float32',
  axes: [
    uniformAxis({ name: 'y', unit: 'nm', role: 'navigation', size: 5, scale: 0.5, offset: 3 }),
    explicitAxis({ name: 't', unit: 's', role: 'navigation', positions: [0, 1, 2, 4, 8, 16, 32.5] }),
    uniformAxis({ name: 'Energy loss', unit: 'eV', role: 'spectral', size: 64, scale: 0.25, offset: 400 }),
  ],
  values: { kind: 'dense', load: async () => Float32Array.from({ length: 5 * 7 * 64 }, (_, i) => Math.sin(i) * 1e4) },
  metadata: { beam_energy_keV: 200, signal_type: 'EELS', elements: ['Mn', 'O'], stage: { tilt_alpha: 1.5 } },
  original: { instrument: { gains: [1, 2.5, 3], names: ['a', 'b'], mixed: [1, 'x', null] } },
  warnings: [],
};

async function write(format: typeof zspy, name: string): Promise<string> {
  const { target, files } = memoryTarget();
  await format.writeFolder!(map, target);
  const folder = join(home, name);
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return folder;
}

/** Reads what we wrote; writes what it then is asked to be read of. */
const SCRIPT = `
import sys, json, numpy as np, hyperspy.api as hs, zarr, numcodecs
home, ours = sys.argv[1], sys.argv[2:]
out = []
for path in ours:
    s = hs.load(path)
    out.append(dict(type=type(s).__name__, title=s.metadata.General.title, shape=list(s.data.shape), dtype=str(s.data.dtype),
        sha=__import__('hashlib').sha256(np.ascontiguousarray(s.data).tobytes()).hexdigest(),
        axes=[dict(name=a.name, units=a.units, navigate=bool(a.navigate), positions=[float(x) for x in a.axis[-3:]])
              for a in s.axes_manager._axes],
        beam=s.metadata.get_item('Acquisition_instrument.TEM.beam_energy'), elements=sorted(s.metadata.get_item('Sample.elements')),
        original=s.original_metadata.as_dictionary()))
rng = np.random.default_rng(3)
data = rng.poisson(0.3, (23, 31, 200)).astype('u2')
s = hs.signals.Signal1D(data); s.metadata.General.title = 'theirs'; s.axes_manager[-1].scale = 0.01
s.save(home + '/default.zspy'); s.save(home + '/chunks.zspy', chunks=(10, 9, 70))
for name, compressor in dict(none=None, zlib=numcodecs.Zlib(1), gzip=numcodecs.GZip(1), zstd=numcodecs.Zstd(3), lz4=numcodecs.LZ4(),
        blosclz=numcodecs.Blosc('blosclz', 5, 2), bitlz4=numcodecs.Blosc('lz4', 5, 2), bloscz=numcodecs.Blosc('zlib', 5, 1)).items():
    s.save(home + '/' + name + '.zspy', compressor=compressor)
print(json.dumps(dict(ours=out, sum=int(data.sum()), weighted=int((data * np.arange(200)).sum()))))
`;

describe.skipIf(!hasHyperSpy)('HyperSpy', () => {
  let report: { ours: Record<string, unknown>[]; sum: number; weighted: number };
  let sha: string;

  beforeAll(async () => {
    const ours = [await write(zspy, 'ours.zspy'), await write(store, 'store.spectrail')];
    const linked = join(home, 'store.zspy');
    spawnSync('ln', ['-s', ours[1], linked]);
    const run = spawnSync(python, ['-W', 'ignore', '-c', SCRIPT, home, ours[0], linked], { encoding: 'utf8' });
    expect(run.status, run.stderr).toBe(0);
    report = JSON.parse(run.stdout.trim().split('\n').pop() as string);
    const values = (await map.values.load()) as ValueArray;
    const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(values.buffer as ArrayBuffer));
    sha = Buffer.from(digest).toString('hex');
  }, 100_000);

  it.each([
    [0, 'a .zspy'],
    [1, 'a dense store under that ending'],
  ])('opens what we wrote, signal %d: %s', (at) => {
    expect(report.ours[at]).toMatchObject({
      type: 'EELSSpectrum',
      title: 'core/loss ä',
      shape: [5, 7, 64],
      dtype: 'float32',
      sha,
      axes: [
        { name: 'y', units: 'nm', navigate: true, positions: [4, 4.5, 5] },
        { name: 't', units: 's', navigate: true, positions: [8, 16, 32.5] },
        { name: 'Energy loss', units: 'eV', navigate: false, positions: [415.25, 415.5, 415.75] },
      ],
      beam: 200,
      elements: ['Mn', 'O'],
      original: { instrument: { gains: [1, 2.5, 3], names: ['a', 'b'] } },
    });
  });

  it.each(['default', 'chunks', 'none', 'zlib', 'gzip', 'zstd', 'lz4', 'blosclz', 'bitlz4', 'bloscz'])(
    'and we open what it saves with %s: the same sums, by pixels too',
    async (name) => {
      const { datasets, format } = await openFile(await openNodePath(join(home, `${name}.zspy`)));
      const [found] = datasets as ArrayDataset[];
      expect(format).toBe('zspy');
      expect(found).toMatchObject({ title: 'theirs', shape: [23, 31, 200], dtype: 'uint16', warnings: [] });
      expect(found.axes[2]).toMatchObject({ scale: 0.01, role: 'spectral' });
      const values = (await found.values.load()) as Uint16Array;
      const totals = { sum: 0, weighted: 0 };
      for (let i = 0; i < values.length; i++) {
        totals.sum += values[i];
        totals.weighted += values[i] * (i % 200);
      }
      expect(totals).toEqual({ sum: report.sum, weighted: report.weighted });
      const block = (await found.values.rows!.read(100, 333)) as DenseBlock;
      expect(Buffer.from(block.values.buffer).equals(Buffer.from(values.slice(100 * 200, 333 * 200).buffer))).toBe(
        true,
      );
    },
  );
});
