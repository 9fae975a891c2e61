import { defineFormat } from '../format.ts';
import { headText } from '../whole-text.ts';
import { readSpecsXml } from './read.ts';

/** Regions of SPECS SpecsLab 2 as the CORBA document that its "XMLSerializer2" writes. */
export default defineFormat({
  id: 'specs-xml',
  title: 'SPECS SpecsLab XML export',
  extensions: ['.xml'],
  sniff(head) {
    const text = headText(head);
    return /^<\?xml/.test(text) && /^<!-- CORBA XML document created by XMLSerializer/m.test(text) ? 'certain' : 'no';
  },
  read: readSpecsXml,
});
