import { defineFormat } from '../format.ts';
import { readRas } from './read.ts';

/** RAS, the text of Rigaku's SmartLab, MiniFlex and Ultima: after what public readers agree on. */
export default defineFormat({
  id: 'rigaku-ras',
  title: 'Rigaku RAS',
  extensions: ['.ras'],
  sniff(head, name) {
    if (head.length === 0) return /\.ras$/i.test(name) ? 'name' : 'no';
    const text = new TextDecoder('latin1').decode(head).replace(/^ï»¿/, '').trimStart();
    return /^\*RAS_(?:DATA|HEADER)_START\s/.test(text) ? 'certain' : 'no';
  },
  read: readRas,
});
