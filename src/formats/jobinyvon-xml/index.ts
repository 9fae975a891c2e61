import { defineFormat } from '../format.ts';
import { readLabSpec } from './read.ts';

/** Horiba Jobin Yvon LabSpec 6, exported as XML: spectra, line scans and maps. Worked out from files. */
export default defineFormat({
  id: 'jobinyvon-xml',
  title: 'LabSpec XML (Horiba Jobin Yvon)',
  extensions: ['.xml'],
  sniff(head) {
    const text = new TextDecoder().decode(head).trimStart();
    return /^(?:<\?xml[^>]{0,200}>\s*)?<LSX_Data\b/.test(text) ? 'certain' : 'no';
  },
  read: readLabSpec,
});
