// Decoding of Velox streams against HyperSpy: node bench/decoding/velox.mjs [--runs 5] [--size 512]
// Needs `npm run build` and `apt-get install python3-hyperspy`; HyperSpy takes 2 GiB for the map of 512 × 512 pixels.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compare, environment, OPTIONS } from './paired.mjs';

const { values } = parseArgs({ options: { ...OPTIONS, size: { type: 'string', default: '512' } } });
const maps = [
  { name: 'one frame, 4 detectors', frames: 1, dose: 100 },
  { name: '20 frames, 4 detectors', frames: 20, dose: 100 },
  { name: '100 frames, 4 detectors', frames: 100, dose: 100 },
  { name: '200 frames, 4 detectors, few counts', frames: 200, dose: 30 },
];
const folder = mkdtempSync(join(tmpdir(), 'spectrail-decoding-'));
try {
  const here = dirname(fileURLToPath(import.meta.url));
  const files = maps.map(({ name, frames, dose }) => {
    const path = join(folder, `${frames}.emd`);
    const args = [path, values.size, values.size, frames, 4, dose, 4096].map(String);
    execFileSync(values.python, [join(here, 'write-velox.py'), ...args], { env: environment() });
    return { name, path };
  });
  compare(files, { runs: Number(values.runs), python: values.python, bar: Number(values.bar) });
} finally {
  rmSync(folder, { recursive: true });
}
