import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const REPOSITORY = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** Folders of `src` that a folder may import, itself aside. `.` is the library entry, `src/index.ts`. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  signal: [],
  kernels: ['signal'],
  reference: ['kernels', 'signal'],
  shapes: ['kernels', 'signal'],
  formats: ['reference', 'kernels', 'signal'],
  simulate: ['reference', 'kernels', 'signal'],
  steps: ['shapes', 'reference', 'kernels', 'signal'],
  engines: ['steps', 'shapes', 'formats', 'reference', 'kernels', 'signal'],
  plan: ['engines', 'steps', 'shapes', 'reference', 'kernels', 'signal'],
  report: ['plan', 'engines', 'steps', 'shapes', 'reference', 'kernels', 'signal'],
  '.': ['report', 'plan', 'engines', 'steps', 'shapes', 'formats', 'simulate', 'reference', 'kernels', 'signal'],
  cli: ['.', 'report', 'plan', 'engines', 'steps', 'shapes', 'formats', 'simulate', 'reference', 'kernels', 'signal'],
};

/** Packages that only some places may know; every other dependency is free below `cli`. */
const ONLY_IN: Readonly<Record<string, RegExp>> = {
  h5wasm: /^formats\/hdf5\//,
  zstddec: /^formats\/zarr\/codecs\//,
  numcodecs: /^formats\/zspy\/write\.ts$/,
  commander: /^cli\//,
  'cli-progress': /^cli\//,
  linkedom: /^report\//,
  '@observablehq/plot': /^report\//,
};

/** Everything else also runs in a browser; HDF5 loads its Node part only where there is a path. */
const NODE_ALLOWED = /^(cli\/|engines\/threads[\w-]*\.ts$|formats\/(node-file|node-folder|hdf5\/mount)\.ts$)/;

/** What is wrong with `specifier` imported by `file` (a path inside `src`); undefined when nothing is. */
function violation(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('node:')) {
    return NODE_ALLOWED.test(file) ? undefined : `${file} imports ${specifier}: it must also run in a browser`;
  }
  if (!specifier.startsWith('.')) {
    const name = Object.keys(ONLY_IN).find((known) => specifier === known || specifier.startsWith(`${known}/`));
    return name && !ONLY_IN[name].test(file)
      ? `${file} imports ${specifier}: only ${ONLY_IN[name].source} may`
      : undefined;
  }
  const target = posix.join(posix.dirname(file), specifier);
  if (target.startsWith('..')) return `${file} imports ${specifier}: outside src`;
  const [from, to] = [file, target].map((path) => (path.includes('/') ? path.split('/')[0] : '.'));
  if (from === to) return undefined;
  return MAY_IMPORT[from]?.includes(to) ? undefined : `${file} imports ${target}: ${from} may not see ${to}`;
}

function importsOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return [...code.matchAll(/\b(?:from|import)\s*\(?\s*(['"])([^'"\n]+)\1/g)].map((match) => match[2]);
}

/** Tests, and how the corpus files of a format are compared in them. */
const OF_TESTS = /\.test\.tsx?$|^formats\/[^/]+\/corpus\.ts$/;

function sources(folder: string): { file: string; imports: string[] }[] {
  const root = join(REPOSITORY, folder);
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !OF_TESTS.test(name.split(sep).join('/')))
    .map((name) => ({
      file: relative(root, join(root, name)).split(sep).join('/'),
      imports: importsOf(readFileSync(join(root, name), 'utf8')),
    }));
}

describe('layers', () => {
  const files = sources('src');

  it('every folder of src has its place in the order', () => {
    const folders = new Set(files.map(({ file }) => (file.includes('/') ? file.split('/')[0] : '.')));
    expect([...folders].filter((folder) => !Object.hasOwn(MAY_IMPORT, folder))).toEqual([]);
  });

  it('imports point downward only, node built-ins stay at the edge, and each reader of HDF5 goes through one door', () => {
    expect(
      files.flatMap(({ file, imports }) => imports.map((specifier) => violation(file, specifier)).filter(Boolean)),
    ).toEqual([]);
  });

  it('the order itself has no way back up', () => {
    for (const [folder, below] of Object.entries(MAY_IMPORT)) {
      for (const other of below) expect(MAY_IMPORT[other]).not.toContain(folder);
    }
  });

  it('the studio imports the package, never its inside', () => {
    const inside = sources('studio').flatMap(({ file, imports }) =>
      imports.filter((specifier) => /(^|\/)(src|dist)\//.test(specifier)).map((specifier) => `${file}: ${specifier}`),
    );
    expect(inside).toEqual([]);
  });

  it.each([
    ['signal/axis.ts', '../plan/plan.ts'],
    ['kernels/random.ts', '../shapes/tile.ts'],
    ['formats/hspy/read.ts', '../../steps/index.ts'],
    ['simulate/eds.ts', '../formats/index.ts'],
    ['steps/step.ts', '../engines/engine.ts'],
    ['report/index.ts', '../formats/index.ts'],
    ['plan/run.ts', '../index.ts'],
    ['index.ts', './cli/main.ts'],
    ['formats/hspy/read.ts', 'h5wasm'],
    ['formats/zarr/codecs/blosc.ts', 'numcodecs/blosc'],
    ['formats/zspy/read.ts', 'zstddec'],
    ['formats/hspy/read.ts', 'node:fs'],
    ['signal/hash.ts', 'node:crypto'],
    ['plan/recipe.ts', 'commander'],
    ['signal/axis.ts', '../../test/oracle.ts'],
  ])('%s may not import %s', (file, specifier) => {
    expect(violation(file, specifier)).toBeDefined();
  });

  it.each([
    ["import { a } from './a.ts';", './a.ts'],
    ["export type { A } from '../b.ts';", '../b.ts'],
    ["const load = () => import('./c.ts');", './c.ts'],
    ["import './d.ts';", './d.ts'],
    ["import {\n  a,\n  b,\n} from './e.ts';", './e.ts'],
  ])('sees the import in %j', (code, specifier) => {
    expect(importsOf(code)).toEqual([specifier]);
  });
});
