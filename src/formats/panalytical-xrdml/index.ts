import { defineFormat } from '../format.ts';
import { readXrdml } from './read.ts';

const ROOT = /^(?:\ufeff|ï»¿)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^>]*-->\s*)?<(?:\w+:)?xrdMeasurements[\s>]/;

/** XRDML, versions 1.0 to 2.x, after the XML Schemas at http://www.xrdml.com. */
export default defineFormat({
  id: 'panalytical-xrdml',
  title: 'PANalytical XRDML',
  extensions: ['.xrdml'],
  sniff(head, name) {
    if (ROOT.test(new TextDecoder('windows-1252').decode(head))) return 'certain';
    return head.length === 0 && /\.xrdml$/i.test(name) ? 'name' : 'no';
  },
  read: readXrdml,
});
