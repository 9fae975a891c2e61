import { defineFormat } from '../format.ts';
import { readEmsa } from './read.ts';
import { encodeEmsa } from './write.ts';

/** EMSA/MAS spectral data, ISO 22029 (1991, 2012 and 2022 editions). */
export default defineFormat({
  id: 'emsa',
  title: 'EMSA/MAS spectral data (ISO 22029)',
  extensions: ['.msa', '.emsa', '.ems'],
  sniff(head, name) {
    const text = new TextDecoder('windows-1252').decode(head).replace(/^(ï»¿)?\s*/, '');
    if (/^#\s*FORMAT[^:\n]*:\s*EMSA\b/i.test(text)) return 'certain';
    if (/^#[^\n]*:/.test(text) && /^\s*#(XPERCHAN|NPOINTS|SPECTRUM)\b/im.test(text)) return 'likely';
    return text === '' && /\.(msa|emsa|ems)$/i.test(name) ? 'name' : 'no';
  },
  read: readEmsa,
  encode: encodeEmsa,
});
