import { hashBytes } from '../../signal/hash.ts';
import type { FolderSource } from '../folder.ts';
import { damaged, notAStore } from './damage.ts';
import { SUMS } from './layout.ts';

/** Longer lists, and longer files that describe, are no store's. */
const SUMS_LIMIT = 2 ** 24;
const FILE_LIMIT = 2 ** 26;

/** Reads the files of a store that describe it, each as it was written or not at all. */
export type CheckedRead = (path: string) => Promise<Uint8Array<ArrayBuffer>>;

/**
 * @throws SpectrailError `format/not-a-store` without a list of sums; `format/damaged-store` from the reader when a file is
 * missing, not in the list, or other than it was.
 */
export async function checkedReader(folder: FolderSource): Promise<CheckedRead> {
  const listed = await readSums(folder);
  return async (path) => {
    const where = `${folder.name}/${path}`;
    const file = await folder.file(path);
    if (!file) throw damaged(where, 'the file is missing');
    const expected = listed.get(path);
    if (expected === undefined) throw damaged(where, `${SUMS} does not name the file`);
    if (file.size > FILE_LIMIT) throw damaged(where, `the file has ${file.size} bytes`);
    const bytes = Uint8Array.from(await file.read(0, file.size));
    if ((await hashBytes(bytes)) === expected) return bytes;
    throw damaged(where, 'the file is not as it was written');
  };
}

async function readSums(folder: FolderSource): Promise<Map<string, string>> {
  const where = `${folder.name}/${SUMS}`;
  const file = await folder.file(SUMS);
  if (!file) throw notAStore(folder, `it has no ${SUMS}`);
  if (file.size > SUMS_LIMIT) throw damaged(where, `the file has ${file.size} bytes`);
  const text = new TextDecoder().decode(await file.read(0, file.size));
  const listed = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, sum, path] = /^([0-9a-f]{64}) {2}(.+)$/s.exec(line) ?? [];
    if (sum === undefined) throw damaged(where, 'a line is not a sum and a name');
    listed.set(path, sum);
  }
  return listed;
}

/** The list for files that describe, in order of their names. */
export async function sumsOf(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): Promise<Uint8Array> {
  const lines: string[] = [];
  for (const path of [...files.keys()].sort()) {
    lines.push(`${await hashBytes(files.get(path) as Uint8Array<ArrayBuffer>)}  ${path}\n`);
  }
  return new TextEncoder().encode(lines.join(''));
}
