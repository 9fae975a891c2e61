// The command line as a user starts it, and what this version of it can do.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess } from './whole-process.mjs';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export function spectrail(node, ...args) {
  return [node, MAIN, ...args];
}

/** Whether maps can be kept in the store of our own. */
export async function hasOwnStore({ folder }) {
  return succeeds('simulate', 'eds', '--set', 'height=16', '--set', 'width=16', '--out', join(folder, 'try.spectrail'));
}

export async function hasOption(command, option) {
  const { stdout } = await runProcess(spectrail(process.execPath, command, '--help'));
  return stdout.includes(option);
}

async function succeeds(...args) {
  return runProcess(spectrail(process.execPath, ...args, '--force')).then(
    () => true,
    () => false,
  );
}

/** A simulated map as a file that `spectrail run` reads; made once. */
export async function mapFile(bench, name, parameters) {
  const format = bench.format ?? ((await hasOwnStore(bench)) ? 'spectrail' : 'hspy');
  const path = join(bench.folder, `${name}.${format}`);
  if (existsSync(path)) return { path, format };
  const settings = Object.entries(parameters).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  await runProcess(spectrail(process.execPath, 'simulate', 'eds', ...settings, '--out', path, '--force'));
  return { path, format };
}
