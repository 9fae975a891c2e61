import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** They hold times, and stand apart for that reason: only whether they are whole is looked at. */
const DATED = ['timings.json', 'ro-crate-metadata.json'];

/** What is in a folder, hidden files too, as one text: equal texts, equal folders. */
export function contentOf(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort()
    .map((name) => `${name}:${told(join(folder, name))}`)
    .join('\n');
}

function told(file: string): string {
  const content = readFileSync(file);
  return DATED.includes(basename(file)) ? typeof JSON.parse(content.toString()) : content.toString('base64');
}

/** Names that begin with a dot: what the program builds beside its results. */
export function hiddenIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('.'));
}
