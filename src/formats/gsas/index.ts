import { defineFormat } from '../format.ts';
import { BANK_LINE, readGsas } from './read.ts';

/** Raw powder data of GSAS, as the GSAS Technical Manual (LAUR 86-748, "GSAS Standard Powder Data File") describes them. */
export default defineFormat({
  id: 'gsas',
  title: 'GSAS raw powder data',
  extensions: ['.gsa', '.gsas', '.gss', '.raw', '.fxye'],
  sniff(head, name) {
    if (head.length === 0) return /\.(gsa|gsas|gss|fxye)$/i.test(name) ? 'name' : 'no';
    if (head.includes(0)) return 'no';
    const lines = new TextDecoder('latin1').decode(head).split(/[\r\n]+/);
    return lines.some((line) => BANK_LINE.test(line)) ? 'certain' : 'no';
  },
  read: readGsas,
});
