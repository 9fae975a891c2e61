import { defineFormat } from '../format.ts';
import { readGsecars } from './read.ts';

/** Multi-element MCA files as the EPICS software of GSECARS (M. Rivers) writes them: keywords, then a row for each channel. */
export default defineFormat({
  id: 'gsecars-mca',
  title: 'GSECARS multi-element MCA',
  extensions: ['.mca', '.xrf'],
  sniff(head, name) {
    const text = new TextDecoder('windows-1252').decode(head);
    if (/^VERSION:[^\r\n]*[\r\n]+\s*ELEMENTS:/.test(text)) return 'certain';
    return text === '' && /\.(?:mca|xrf)$/i.test(name) ? 'name' : 'no';
  },
  read: readGsecars,
});
