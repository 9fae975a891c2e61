import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorOf, spectrail, temporaryFolder } from './cli.ts';
import { sharedFolder } from './oracle.ts';

const corpus = join(sharedFolder() ?? '', 'corpus');
const home = temporaryFolder();
const python = '/usr/bin/python3';
const hasHyperSpy = spawnSync(python, ['-W', 'ignore', '-c', 'import hyperspy.api']).status === 0;
if (!hasHyperSpy)
  console.warn(`HyperSpy is not installed for ${python}: what it makes of converted files is not tested`);

const MAP = 'bruker-bcf/bcf_v2_50x50px.bcf';
const IMAGE = 'dm4/EELS_SI.dm4';
const SPECTRUM = 'hspy/Cr_L_cl.hspy';

async function signal(file: string, title?: string) {
  const choice = title === undefined ? [] : ['--signal', title];
  const { stdout } = await spectrail(['info', file, '--json', '--stats', ...choice]);
  return JSON.parse(stdout).signals[0];
}

describe.skipIf(!sharedFolder())('spectrail convert', () => {
  it.each([
    [MAP, 'map.hspy', 'EDX'],
    [IMAGE, 'image.hspy', undefined],
    [SPECTRUM, 'spectrum.msa', undefined],
    [SPECTRUM, 'spectrum.npy', undefined],
  ])('%s to %s keeps shape, values and what the format can hold', async (from, to, title) => {
    const [source, target] = [join(corpus, from), join(home, to)];
    expect(await spectrail(['convert', source, target])).toMatchObject({ code: 0, stderr: '' });
    const [before, after] = [await signal(source, title), await signal(target)];
    for (const key of ['shape', 'min', 'max']) expect(after[key]).toEqual(before[key]);
    expect(after.sum).toBeCloseTo(before.sum, 0);
    if (!to.endsWith('.npy')) {
      expect(after.modality).toBe(before.modality);
      const ends = (found: typeof before) =>
        found.axes.map(({ size, scale, offset, units }: Record<string, unknown>) => ({ size, scale, offset, units }));
      expect(ends(after)).toEqual(ends(before));
    }
    if (to.endsWith('.hspy')) expect(after).toMatchObject({ dtype: before.dtype, metadata: before.metadata });
  });

  it('a map is refused by a format for one spectrum, with what to do, and nothing is left behind', async () => {
    const to = join(home, 'map.msa');
    const outcome = await spectrail(['convert', join(corpus, MAP), to, '--json']);
    expect(outcome.code).not.toBe(0);
    expect(errorOf(outcome)).toMatchObject({
      kind: 'output',
      what: expect.stringContaining('one spectrum'),
      fix: expect.stringContaining('.hspy'),
    });
    expect(existsSync(to)).toBe(false);
  });

  it('a spectrum as CSV is a line of names with units, then energy and value of each channel', async () => {
    const to = join(home, 'spectrum.csv');
    await spectrail(['convert', join(corpus, 'emsa/example1.msa'), to]);
    const lines = readFileSync(to, 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe('Energy (eV),NIO EELS OK SHELL');
    expect(lines).toHaveLength(22);
    expect(lines[1]).toBe('520.13,4066');
  });

  it.skipIf(!hasHyperSpy)('HyperSpy opens what was converted, with the same numbers as the original', () => {
    const script = `
import sys, warnings
warnings.simplefilter('ignore')
import numpy as np, hyperspy.api as hs
corpus, home = sys.argv[1:]
def load(path):
    s = hs.load(path)
    return max(s, key=lambda one: one.data.ndim) if isinstance(s, list) else s
for source, target in [('${MAP}', 'map.hspy'), ('${IMAGE}', 'image.hspy'), ('${SPECTRUM}', 'spectrum.msa')]:
    a, b = load(corpus + '/' + source), load(home + '/' + target)
    assert a.data.shape == b.data.shape and np.allclose(a.data, b.data, rtol=1e-6), target
    assert a.metadata.Signal.signal_type == b.metadata.Signal.signal_type, target
    x, y = a.axes_manager[-1], b.axes_manager[-1]
    assert np.allclose([x.scale, x.offset], [y.scale, y.offset]) and x.units == y.units, target
assert np.array_equal(np.load(home + '/spectrum.npy'), load(corpus + '/${SPECTRUM}').data)
print('same')
`;
    const run = spawnSync(python, ['-c', script, corpus, home], { encoding: 'utf8' });
    expect(run.stderr).not.toContain('Error');
    expect(run.stdout.trim().split('\n').pop()).toBe('same');
  });
});
