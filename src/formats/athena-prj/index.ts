import { defineFormat } from '../format.ts';
import { headText } from '../whole-text.ts';
import { readAthena } from './read.ts';
import { gunzipHead, isGzip, MOST_PER_BYTE } from './unpack.ts';

/**
 * Project files of Athena: gzip of Perl data, one record a group (the Athena and Demeter user's guides), or of the JSON that
 * later versions of Demeter write; also unpacked.
 */
export default defineFormat({
  id: 'athena-prj',
  title: 'Athena project',
  extensions: ['.prj'],
  sniff(head) {
    const text = headText(isGzip(head) ? gunzipHead(head) : head);
    return /^\s*(?:#|\{\s{0,9}"_____)[^\n]{0,200}\n?[^\n]{0,99}Athena project file/i.test(text) ? 'certain' : 'no';
  },
  read: readAthena,
  unpackedBytes: (stored) => MOST_PER_BYTE * stored,
});
