import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built command line, as a user starts it. */
export const MAIN = fileURLToPath(new URL('../dist/program/main.js', import.meta.url));

/** A module of the built library, as text of an import. */
export const builtModule = (path: string) => JSON.stringify(new URL(`../dist/${path}`, import.meta.url).href);

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `spectrail` in a folder of its own choosing, never on a terminal. */
export function spectrail(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Outcome> {
  const { cwd, env } = options;
  const { SPECTRAIL_DEBUG: _, ...inherited } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [MAIN, ...args],
      { cwd, env: { ...inherited, ...env }, timeout: 100_000, maxBuffer: 64e6 },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0;
        resolve({ code, stdout, stderr });
      },
    );
  });
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'spectrail-test-'));
}

/** The error of a `--json` command that failed. */
export function errorOf({ stdout }: Outcome): {
  kind: string;
  code: string;
  what: string;
  where?: string;
  expected?: string;
  fix?: string;
} {
  return JSON.parse(stdout).error;
}

/** A recipe of a second, on any EDS map. */
export const SMALL_RECIPE = `
spectrail: recipe/1
title: Aluminium in a small map
inputs:
  counts: { modality: eds }
steps:
  - { id: cut, use: crop, params: { spectral: [0.1 keV, 4 keV] } }
  - { id: line, use: measure.window, params: { window: [1.4 keV, 1.6 keV] } }
`;
