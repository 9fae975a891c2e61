// The command line as a user starts it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess } from './whole-process.mjs';

const MAIN = fileURLToPath(new URL('../../dist/program/main.js', import.meta.url));

export function spectrail(node, ...args) {
  return [node, MAIN, ...args];
}

/** A simulated map as a file that `spectrail run` reads; made once. */
export async function mapFile(bench, name, parameters) {
  const path = join(bench.folder, `${name}.${bench.format}`);
  if (existsSync(path)) return path;
  const settings = Object.entries(parameters).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  await runProcess(spectrail(process.execPath, 'simulate', 'eds', ...settings, '--out', path, '--force'));
  return path;
}

/** Bytes that the plan of the phase map says the whole process will take at most. */
export async function plannedMemory(node, threads, path, ...more) {
  const settings = ['--input', path, '--threads', String(threads), '--json', ...more];
  const { stdout } = await runProcess(spectrail(node, 'plan', 'eds-phase-map', ...settings));
  return JSON.parse(stdout).memory.peak;
}
