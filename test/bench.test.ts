import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Outcome, temporaryFolder } from './cli.ts';

const BENCH = fileURLToPath(new URL('../bench/bench.mjs', import.meta.url));

function bench(...args: string[]): Promise<Outcome> {
  return new Promise((done) => {
    execFile(process.execPath, [BENCH, ...args], { timeout: 200_000 }, (error, stdout, stderr) => {
      done({ code: error ? (typeof error.code === 'number' ? error.code : -1) : 0, stdout, stderr });
    });
  });
}

interface Side {
  readonly seconds: readonly number[];
  readonly peakBytes: number;
}

/** A results file in which ours and a peer took turns. */
function resultsFile(name: string, ours: Side, peer: Side): string {
  const path = join(temporaryFolder(), `${name}.json`);
  const contenders = [
    { name: 'spectrail', runtime: 'Node 20.1.0', ours: true, ...ours },
    { name: 'a peer', ...peer },
  ];
  writeFileSync(path, JSON.stringify({ machine: {}, cases: { 'pca-sparse': { contenders } } }));
  return path;
}

describe('the benches', () => {
  it('run on small maps, each of them', async () => {
    const { code, stdout, stderr } = await bench('--quick', '--no-peers');
    expect(stderr + stdout).not.toContain('Error');
    expect(code).toBe(0);
    const measured = [...stdout.matchAll(/^## ([a-z-]+): /gm)].map(([, name]) => name);
    expect(measured).toEqual([
      'report',
      'pca-sparse',
      'pca-dense',
      'raw-to-events',
      'reading',
      'info',
      'snip',
      'isrea',
      'decoding',
      'power-law',
      'baselines',
      'transfer',
      'scaling',
      'memory',
    ]);
    const [, report] = stdout.split(/^## /m);
    expect(report).toMatch(/^\| spectrail, Node \S+ \| \d+\.\d+ \| \d+ MB \|$/m);
  });

  it('name what they know when asked for a bench that is none', async () => {
    const { code, stderr } = await bench('--quick', 'pca-spare');
    expect(code).not.toBe(0);
    expect(stderr).toContain('no bench is called pca-spare');
  });

  it('fill a page that says what the results file says', async () => {
    const { code, stderr } = await bench('--check-docs');
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });
});

describe('the comparison with results of before', () => {
  const peer = { seconds: [8, 8.2, 7.8], peakBytes: 1e9 };
  const before = resultsFile('before', { seconds: [1, 1.1, 0.9], peakBytes: 5e8 }, peer);
  const compared = (ours: Side, ...more: string[]) =>
    bench('--compare', '--results', before, '--from', resultsFile('now', ours, peer), ...more);

  it('finds nothing in a ratio that lies within the rounds of before', async () => {
    const { code, stdout } = await compared({ seconds: [1.05, 1.08, 1.02], peakBytes: 5e8 });
    expect(stdout).toContain('Nothing became worse');
    expect(code).toBe(0);
  });

  it('fails when a ratio fell by more than the margin', async () => {
    const { code, stdout } = await compared({ seconds: [1.5, 1.55, 1.45], peakBytes: 5e8 });
    expect(stdout).toContain('REGRESSION pca-sparse: spectrail, Node 20.1.0 against a peer from 8.00× to 5.33×');
    expect(code).toBe(1);
  });

  it('only mentions a ratio that fell by less than the margin', async () => {
    const { code, stdout } = await compared({ seconds: [1.5, 1.55, 1.45], peakBytes: 5e8 }, '--margin', '0.5');
    expect(stdout).toMatch(/^worse +pca-sparse/m);
    expect(code).toBe(0);
  });

  it('fails when peak memory grew by more than the margin', async () => {
    const { code, stdout } = await compared({ seconds: [1, 1.1, 0.9], peakBytes: 6e8 });
    expect(stdout).toContain('REGRESSION pca-sparse: peak memory of spectrail, Node 20.1.0 from 500 MB to 600 MB');
    expect(code).toBe(1);
  });

  it('saves what was measured beside what is there', async () => {
    const path = resultsFile('kept', { seconds: [1], peakBytes: 1 }, peer);
    const other = join(temporaryFolder(), 'other.json');
    const all = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(other, JSON.stringify({ ...all, cases: { report: all.cases['pca-sparse'] } }));
    await bench('--save', '--results', resolve(path), '--from', other);
    expect(Object.keys(JSON.parse(readFileSync(path, 'utf8')).cases).sort()).toEqual(['pca-sparse', 'report']);
  });
});
