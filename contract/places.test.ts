import { describe, expect, it } from 'vitest';
import type { Format } from '../src/formats/format.ts';
import { FORMATS, openFile } from '../src/formats/index.ts';
import { memoryFile } from '../test/memory-file.ts';

/** Formats that are told by the first bytes of a file. */
const BY_FIRST_BYTES = [
  'canberra-cnf',
  'canberra-mca',
  'galactic-spc',
  'gatan-dm',
  'gsf',
  'jeol',
  'merlin-mib',
  'npy',
  'renishaw-wdf',
  'tia',
  'winspec-spe',
];

async function refusal(id: string, content: Uint8Array) {
  const entry = FORMATS.find((known) => known.id === id)!;
  const { default: format } = await entry.load();
  const own: Format = { ...format, sniff: () => 'certain' };
  const file = memoryFile(`x${entry.extensions[0]}`, content);
  return openFile(file, [{ ...entry, load: async () => ({ default: own }) }]).catch((error) => error);
}

describe.each(BY_FIRST_BYTES)('%s', (id) => {
  it('says at which byte a file is not one, and what should be there', async () => {
    const { title } = FORMATS.find((known) => known.id === id)!;
    const error = await refusal(id, new Uint8Array(6000).fill(0x78));
    expect(`${error.where} ${error.what}`).toMatch(/\bbyte \d+\b/);
    expect(error.where).toContain(`read as ${title}`);
    expect(error.expected).toBeTruthy();
  });
});
