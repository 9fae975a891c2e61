import { readFile } from 'node:fs/promises';

/** Version of this package, from its own manifest. */
export async function productVersion(): Promise<string> {
  const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  return String(manifest.version);
}
