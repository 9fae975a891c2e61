import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './cli.ts';
import type { Example } from './docs-blocks.ts';

export const REPOSITORY = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const COMPILER = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
const TIMEOUT_MS = 200_000;

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The place where the examples of one page are tried, in order, each finding what those before it left. */
export class Workshop {
  readonly #folder = temporaryFolder();
  readonly #examples: readonly Example[];
  #package = REPOSITORY;
  #built = true;

  /** Pages that write into `src/` get a copy of the package to write into. */
  constructor(examples: readonly Example[]) {
    this.#examples = examples;
    writeFileSync(join(this.#folder, 'package.json'), '{ "type": "module" }');
    if (examples.some((example) => example.kind !== 'run' && example.path.startsWith('src/'))) this.#copyPackage();
    this.#link();
  }

  #copyPackage(): void {
    this.#package = join(this.#folder, 'package');
    this.#built = false;
    for (const name of [
      'src',
      'recipes',
      'package.json',
      'tsconfig.json',
      'tsconfig.build.json',
      'rolldown.config.mjs',
    ]) {
      cpSync(join(REPOSITORY, name), join(this.#package, name), { recursive: true });
    }
    symlinkSync(join(REPOSITORY, 'node_modules'), join(this.#package, 'node_modules'));
  }

  #link(): void {
    mkdirSync(join(this.#folder, 'node_modules'));
    symlinkSync(this.#package, join(this.#folder, 'node_modules/spectrail'));
    mkdirSync(join(this.#folder, 'bin'));
    const command = join(this.#folder, 'bin/spectrail');
    writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${this.#package}/dist/program/main.js" "$@"\n`);
    chmodSync(command, 0o755);
  }

  /** Writes a file, or a line into one. */
  write(example: Exclude<Example, { kind: 'run' }>): void {
    const ours = example.path.startsWith('src/');
    const root = ours ? this.#package : this.#folder;
    if (ours) this.#built = false;
    const path = join(root, example.path);
    mkdirSync(dirname(path), { recursive: true });
    if (example.kind === 'file') {
      writeFileSync(path, example.block.text);
      return;
    }
    const lines = readFileSync(path, 'utf8').split('\n');
    const at = lines.findIndex((line) => line.includes(example.after));
    if (at < 0) throw new Error(`${example.path} has no line with "${example.after}"`);
    lines.splice(at + 1, 0, example.block.text.trimEnd());
    writeFileSync(path, lines.join('\n'));
  }

  async run({ block }: Extract<Example, { kind: 'run' }>): Promise<Outcome> {
    if (!this.#built) {
      const built = await this.#execute('npm', ['run', 'build', '--silent'], this.#package);
      if (built.code !== 0) return built;
      this.#built = true;
    }
    if (block.language === 'sh') return this.#execute('bash', ['-euo', 'pipefail', '-c', block.text]);
    const compiled = await this.#compile();
    if (compiled.code !== 0) return compiled;
    return this.#execute(process.execPath, [`example-${block.line}.js`]);
  }

  #compiled?: Promise<Outcome>;

  /** Type-checks and compiles every program of the page at once. */
  #compile(): Promise<Outcome> {
    this.#compiled ??= this.#compilePrograms();
    return this.#compiled;
  }

  #compilePrograms(): Promise<Outcome> {
    const names: string[] = [];
    for (const { kind, block } of this.#examples) {
      if (kind !== 'run' || block.language !== 'ts') continue;
      names.push(`example-${block.line}.ts`);
      writeFileSync(join(this.#folder, `example-${block.line}.ts`), `${block.text}\nexport {};\n`);
    }
    const types = join(REPOSITORY, 'node_modules/@types');
    const strict = ['--strict', '--target', 'ES2022', '--lib', 'ES2023,DOM', '--module', 'NodeNext', '--skipLibCheck'];
    return this.#execute(process.execPath, [COMPILER, ...strict, '--typeRoots', types, '--types', 'node', ...names]);
  }

  #execute(program: string, args: readonly string[], cwd = this.#folder): Promise<Outcome> {
    const { SPECTRAIL_DEBUG: _, ...inherited } = process.env;
    const env = { ...inherited, PATH: `${join(this.#folder, 'bin')}:${process.env.PATH}` };
    return new Promise((done) => {
      execFile(program, args, { cwd, env, timeout: TIMEOUT_MS, maxBuffer: 64e6 }, (error, stdout, stderr) => {
        done({ code: error ? (typeof error.code === 'number' ? error.code : -1) : 0, stdout, stderr });
      });
    });
  }
}
