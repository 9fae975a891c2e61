import { defineFormat } from '../format.ts';
import { isBzip2 } from './bunzip2.ts';
import { isElid, readElid } from './read.ts';
import { unpackedBytes } from './unpacked.ts';

/**
 * Projects of Phenom Element Identification, from version 3.8 on: a bzip2 stream of images and what was analysed in them.
 * There is no published description: worked out from files, with the order of the fields as the reader of RosettaSciIO has it.
 */
export default defineFormat({
  id: 'phenom-elid',
  title: 'Phenom Element Identification project',
  extensions: ['.elid'],
  sniff: (head) => (isBzip2(head) ? 'likely' : 'no'),
  probe: isElid,
  unpackedBytes,
  read: readElid,
});
