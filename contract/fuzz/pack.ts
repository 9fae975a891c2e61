// `npm run fuzz:pack -- DIR`: the campaign and a part of the corpus, for a machine that has nothing but Node.
import { cpSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openFile } from '../../src/formats/index.ts';
import { openNodePath } from '../../src/formats/node-folder.ts';
import { FORMATS, type FormatEntry } from '../../src/formats/registry.ts';
import { conformanceOf } from '../../test/conformance.ts';
import { corpusFolder } from '../../test/oracle.ts';
import { corpusPaths } from '../laws/hostile/samples.ts';

const DEFAULT_BYTES = 12_000_000;
/** A file is small when so many of its size fit. */
const SMALL_SHARE = 48;

const HELP = `npm run fuzz:pack -- DIR [options]

DIR            gets fuzz/ (the campaign: node fuzz/main.js) and corpus/ (good files for it)
--corpus DIR   to choose from (default: corpus in SPECTRAIL_SHARED, or in ../shared)
--bytes N      of good files at most, the smallest of every format first (default ${DEFAULT_BYTES})`;

/** A file of the corpus, or a folder that is one, with all that is read beside it. */
interface Choice {
  readonly paths: readonly string[];
  readonly bytes: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean' },
    corpus: { type: 'string' },
    bytes: { type: 'string', default: String(DEFAULT_BYTES) },
  },
});

if (values.help || positionals.length !== 1) console.log(HELP);
else await pack(resolve(positionals[0]));

async function pack(target: string): Promise<void> {
  const corpus = values.corpus ?? corpusFolder() ?? resolve('..', 'shared', 'corpus');
  const choices = await Promise.all(FORMATS.map((entry) => choicesOf(entry, corpus)));
  const chosen = chosenOf(choices, Number(values.bytes));
  for (const path of chosen) {
    const copy = join(target, 'corpus', relative(corpus, path));
    mkdirSync(dirname(copy), { recursive: true });
    cpSync(path, copy, { recursive: true });
  }
  cpSync(fileURLToPath(new URL('.', import.meta.url)), join(target, 'fuzz'), { recursive: true });
  const bytes = [...chosen].reduce((sum, path) => sum + bytesOf(path), 0);
  console.log(
    `${chosen.size} files, ${bytes} bytes, of ${corpus}; begin with: node ${join(target, 'fuzz', 'main.js')}`,
  );
}

/** Those that the format reads, smallest first. */
async function choicesOf(entry: FormatEntry, corpus: string): Promise<Choice[]> {
  const choices: Choice[] = [];
  for (const [file, ...beside] of corpusPaths(entry, await conformanceOf(entry.id), corpus)) {
    const read = await openFile(await openNodePath(file), [entry]).catch(() => undefined);
    const paths = [file, `${file}.oracle.json`, ...beside];
    if (read) choices.push({ paths, bytes: paths.reduce((sum, path) => sum + bytesOf(path), 0) });
  }
  return choices.sort((a, b) => a.bytes - b.bytes);
}

/** The smallest of every format, whatever its size, then the next of every one, as long as they are small and fit. */
function chosenOf(choices: readonly Choice[][], most: number): Set<string> {
  const chosen = new Set<string>();
  let left = most;
  for (let turn = 0; turn < Math.max(...choices.map(({ length }) => length)); turn++) {
    for (const { paths, bytes } of choices.flatMap((of) => of.slice(turn, turn + 1))) {
      if (bytes > left || (turn > 0 && bytes > most / SMALL_SHARE)) continue;
      left -= bytes;
      for (const path of paths) chosen.add(path);
    }
  }
  return chosen;
}

function bytesOf(path: string): number {
  const found = statSync(path);
  if (!found.isDirectory()) return found.size;
  const inside = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return inside.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
