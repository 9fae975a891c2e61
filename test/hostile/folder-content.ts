import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Seconds per step differ from run to run, and stand apart for that reason. */
const DIFFERS = 'timings.json';

/** What is in a folder, hidden files too, as one text: equal texts, equal folders. */
export function contentOf(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile() && name !== DIFFERS)
    .sort()
    .map((name) => `${name}:${readFileSync(join(folder, name)).toString('base64')}`)
    .join('\n');
}

/** Names that begin with a dot: what the program builds beside its results. */
export function hiddenIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('.'));
}
