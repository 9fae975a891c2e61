import { defineFormat } from '../format.ts';
import { unpackedBytes } from './aacs.ts';
import { isSfs } from './is-sfs.ts';

export default defineFormat({
  id: 'bruker-bcf',
  title: 'Bruker composite file (EDS map)',
  extensions: ['.bcf'],
  sniff: (head, name) => (isSfs(head) ? 'certain' : name.toLowerCase().endsWith('.bcf') ? 'name' : 'no'),
  unpackedBytes,
  read: async (file) => (await import('./read.ts')).readBcf(file),
});
