import type { FolderSource } from '../folder.ts';
import { defineFormat, type Sniff } from '../format.ts';
import { unpackedLimit } from '../zarr/codecs/index.ts';
import { isZip } from '../zip/folder.ts';

const EXTENSION = '.zspy';

export default defineFormat({
  id: 'zspy',
  title: 'HyperSpy (Zarr)',
  extensions: [EXTENSION],
  sniff(head, name) {
    const named = name.toLowerCase().endsWith(EXTENSION);
    if (!isZip(head)) return named ? 'name' : 'no';
    return named || new TextDecoder('latin1').decode(head).includes('.zgroup') ? 'likely' : 'no';
  },
  async sniffFolder(folder: FolderSource): Promise<Sniff> {
    const names = (await folder.list('')).map(({ name }) => name);
    if (names.includes('.zgroup')) return names.includes('Experiments') ? 'certain' : 'likely';
    return folder.name.toLowerCase().endsWith(EXTENSION) ? 'name' : 'no';
  },
  async probe(file) {
    const names = (await (await (await import('../zip/folder.ts')).openZip(file)).list('')).map(({ name }) => name);
    return names.includes('Experiments');
  },
  unpackedBytes: (stored) => unpackedLimit({ id: 'zstd' }, stored),
  read: async (file) => (await import('./read.ts')).readZspy(await (await import('../zip/folder.ts')).openZip(file)),
  readFolder: async (folder) => (await import('./read.ts')).readZspy(folder),
  writeFolder: async (dataset, target, rows) => (await import('./write.ts')).writeZspy(dataset, target, rows),
});
