import { defineFormat } from '../format.ts';
import { headText } from '../whole-text.ts';
import { readTriVista } from './read.ts';

/** Spectra, series, line scans and maps of VistaControl (S&I TriVista). Worked out from files. */
export default defineFormat({
  id: 'trivista',
  title: 'TriVista VistaControl XML',
  extensions: ['.tvf'],
  sniff(head) {
    const text = headText(head);
    if (/^(?:<\?xml[^>]{0,200}>\s*)?<!--\s*TriVista-File/.test(text)) return 'certain';
    return /^(?:<\?xml[^>]{0,200}>\s*)?<XmlMain\s[^>]*\bPlugInName=/.test(text) ? 'likely' : 'no';
  },
  read: readTriVista,
});
