// Decoding of JEOL event streams against HyperSpy: node bench/decoding/jeol.mjs [--runs 5] [--size 512]
// Needs `npm run build` and `apt-get install python3-hyperspy`; HyperSpy takes 1 GiB for the map of 512 × 512 pixels.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compare, environment, OPTIONS } from './paired.mjs';

const { values } = parseArgs({ options: { ...OPTIONS, size: { type: 'string', default: '512' } } });
const maps = [
  { name: '14 sweeps, one count a pixel', sweeps: 14, dose: 1 },
  { name: '20 sweeps, 30 counts a pixel', sweeps: 20, dose: 30 },
  { name: '100 sweeps, 100 counts a pixel', sweeps: 100, dose: 100 },
];
const folder = mkdtempSync(join(tmpdir(), 'spectrail-decoding-'));
try {
  const here = dirname(fileURLToPath(import.meta.url));
  const files = maps.map(({ name, sweeps, dose }) => {
    const path = join(folder, `${sweeps}.pts`);
    const args = [path, values.size, sweeps, dose].map(String);
    execFileSync(values.python, [join(here, 'write-jeol.py'), ...args], { env: environment() });
    return { name, path };
  });
  compare(files, { runs: Number(values.runs), python: values.python, bar: Number(values.bar) });
} finally {
  rmSync(folder, { recursive: true });
}
