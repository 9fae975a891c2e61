import { defineFormat } from '../format.ts';
import { readWitec } from './read.ts';

/** Spectra that WITec Project or Control exported as text, with a header. Worked out from files. */
export default defineFormat({
  id: 'witec-text',
  title: 'WITec text export',
  extensions: ['.txt'],
  sniff(head) {
    const text = new TextDecoder('latin1').decode(head.subarray(0, 200)).replace(/^\u00ef\u00bb\u00bf/, '');
    return /^\s{0,20}\/\/ ?Exported ASCII-File/i.test(text) ? 'certain' : 'no';
  },
  read: readWitec,
});
