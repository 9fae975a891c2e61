import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAIN, temporaryFolder } from './cli.ts';
import { REPOSITORY } from './docs-workshop.ts';

const PROGRAM = dirname(MAIN);

describe('the built program', () => {
  it('runs from simulation to report on threads where nothing else is installed', { timeout: 60_000 }, () => {
    const home = temporaryFolder();
    cpSync(PROGRAM, join(home, 'dist/program'), { recursive: true });
    for (const name of ['package.json', 'recipes'])
      cpSync(join(REPOSITORY, name), join(home, name), { recursive: true });
    const run = (...args: string[]) =>
      execFileSync(process.execPath, [join(home, 'dist/program/main.js'), ...args], { cwd: home, encoding: 'utf8' });
    run('simulate', 'eds', '--set', 'height=16', '--set', 'width=16', '--out', 'map.hspy');
    const { nodes } = JSON.parse(run('run', 'eds-phase-map', '--input', 'map.hspy', '--threads', '2', '--json'));
    expect(nodes.map(({ id }: { id: string }) => id)).toContain('rare');
  });

  it('carries the licence of every library it was made with', () => {
    const { dependencies } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
    const licences = readFileSync(join(PROGRAM, 'licences.txt'), 'utf8').split('\n');
    for (const [name, version] of Object.entries(dependencies)) {
      const heading = licences.findIndex((line) => line.startsWith(`${name} ${version} (`));
      expect(heading, name).toBeGreaterThanOrEqual(0);
      expect(licences[heading + 2], name).toMatch(/\S/);
    }
  });
});
