// The tables of docs/backgrounds.md: what baselines and backgrounds do to known lines and edges.
// Usage: node bench/accuracy/backgrounds.mjs [FILE]. Minutes; works on the sources.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const into = resolve(process.argv[2] ?? join(mkdtempSync(join(tmpdir(), 'backgrounds-')), 'tables.md'));
const { status } = spawnSync('npx', ['vitest', 'run', 'test/acceptance/background-tables.test.ts'], {
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  env: { ...process.env, SPECTRAIL_BACKGROUND_TABLES: into },
  stdio: ['ignore', 'inherit', 'inherit'],
});
if (status === 0) console.log(readFileSync(into, 'utf8'));
process.exitCode = status ?? 1;
