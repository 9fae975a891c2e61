// Decoding of Bruker maps against HyperSpy: node bench/decoding/bcf.mjs [--runs 5] [--height 256] [--width 320]
// Needs `npm run build` and `apt-get install python3-hyperspy`.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';
import { compare, OPTIONS } from './paired.mjs';

const { values } = parseArgs({
  options: {
    ...OPTIONS,
    height: { type: 'string', default: '256' },
    width: { type: 'string', default: '320' },
  },
});
const maps = [
  { name: 'few counts: 12-bit pulses', channels: 2048, dose: 60, storage: 'pulses' },
  { name: 'many counts: runs, compressed', channels: 2048, dose: 600, storage: 'runs' },
];
const folder = mkdtempSync(join(tmpdir(), 'spectrail-decoding-'));
try {
  const here = dirname(fileURLToPath(import.meta.url));
  const { module } = await runnerImport(join(here, 'large-bcf.ts'), { logLevel: 'error' });
  const files = maps.map(({ name, ...map }) => {
    const path = join(folder, `${map.storage}.bcf`);
    writeFileSync(path, module.largeBcf({ ...map, height: Number(values.height), width: Number(values.width) }));
    return { name, path };
  });
  compare(files, { runs: Number(values.runs), python: values.python, bar: Number(values.bar) });
} finally {
  rmSync(folder, { recursive: true });
}
