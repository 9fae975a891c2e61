// Two readers on one file, in turns, each time in a fresh process; what they found must agree.
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));

/** The process environment without limits on threads, which only one of the two would see. */
export function environment() {
  const kept = Object.entries(process.env).filter(([name]) => !/^(OPENBLAS|OMP|MKL|NUMBA)_/.test(name));
  return Object.fromEntries(kept);
}

const read = (command, args) => {
  const out = execFileSync(command, args, { encoding: 'utf8', env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  return JSON.parse(out.trim().split('\n').at(-1));
};

/**
 * Reads each file `runs` times with both readers and prints medians and ratios. Sets the exit code when a ratio is below
 * `bar`.
 * @param files {{ name: string, path: string }[]}
 */
export function compare(files, { runs, python, bar }) {
  if (!existsSync(join(HERE, '../../dist/index.js'))) throw new Error('build the package first: npm run build');
  const rows = [];
  const versions = new Set();
  for (const { name, path } of files) {
    const [ours, theirs] = [[], []];
    for (let run = 0; run < runs; run++) {
      ours.push(read(process.execPath, [join(HERE, 'spectrail-read.mjs'), path]));
      theirs.push(read(python, [join(HERE, 'hyperspy-read.py'), path]));
      versions.add(`HyperSpy ${theirs.at(-1).hyperspy}, Python ${theirs.at(-1).python}, ${theirs.at(-1).unpacking}`);
    }
    for (const key of ['counts', 'shape', 'moment']) {
      const found = new Set([...ours, ...theirs].map((result) => String(result[key])));
      if (found.size > 1) throw new Error(`${name}: the readers disagree about ${key}: ${[...found].join(' or ')}`);
    }
    const [a, b] = [ours, theirs].map((results) => median(results.map(({ seconds }) => seconds)));
    rows.push({
      file: name,
      MB: (statSync(path).size / 1e6).toFixed(1),
      map: ours[0].shape.join(' × '),
      counts: ours[0].counts,
      'Spectrail s': a.toFixed(2),
      'HyperSpy s': b.toFixed(2),
      ratio: (b / a).toFixed(1),
      'CPU s': pair(ours, theirs, 'cpu'),
      'imports s': pair(ours, theirs, 'imports'),
      'peak MB': `${megabytes(ours)} / ${megabytes(theirs)}`,
      met: b / a >= bar,
    });
  }
  console.table(rows);
  console.log(`${runs} runs each, in turns, a fresh process each; medians; opening and decoding; imports apart`);
  console.log(
    'The same map of all frames summed: here as sparse counts of each pixel, there as the dense array that it reads',
  );
  console.log(`Node ${process.version}; ${[...versions].join('; ')}`);
  console.log(`${cpus()[0].model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`);
  if (rows.some(({ met }) => !met)) process.exitCode = 1;
}

const pair = (ours, theirs, key) =>
  [ours, theirs].map((results) => median(results.map((result) => result[key])).toFixed(2)).join(' / ');
const megabytes = (results) => Math.round(median(results.map(({ peak }) => peak)) / 1e6);

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

export const OPTIONS = {
  runs: { type: 'string', default: '5' },
  python: { type: 'string', default: '/usr/bin/python3' },
  bar: { type: 'string', default: '3' },
};
