import { defineFormat, type Sniff } from '../format.ts';
import { isZip, MOST_PACKED } from '../zip/folder.ts';
import { ROOT_ATTRIBUTES, SUMS } from './layout.ts';

const EXTENSION = '.spectrail';

export default defineFormat({
  id: 'store',
  title: 'Spectrail store',
  extensions: [EXTENSION],
  sniff(head, name) {
    const named = name.toLowerCase().endsWith(EXTENSION);
    if (!isZip(head)) return named ? 'name' : 'no';
    return named || new TextDecoder('latin1').decode(head).includes('.zgroup') ? 'likely' : 'no';
  },
  async sniffFolder(folder): Promise<Sniff> {
    const names = (await folder.list('')).map(({ name }) => name);
    if (names.includes(SUMS) && names.includes(ROOT_ATTRIBUTES)) return 'certain';
    return folder.name.toLowerCase().endsWith(EXTENSION) ? 'name' : 'no';
  },
  async probe(file) {
    const names = (await (await (await import('../zip/folder.ts')).openZip(file)).list('')).map(({ name }) => name);
    return names.includes(SUMS) && names.includes(ROOT_ATTRIBUTES);
  },
  unpackedBytes: (stored) => MOST_PACKED * stored,
  read: async (file) => (await import('./read.ts')).readStore(await (await import('../zip/folder.ts')).openZip(file)),
  readFolder: async (folder) => (await import('./read.ts')).readStore(folder),
  writeFolder: async (dataset, target, rows) => (await import('./write.ts')).writeStore(dataset, target, rows),
});
