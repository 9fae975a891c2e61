import { defineFormat } from '../format.ts';
import { foreignSignature } from '../signatures.ts';
import { readRipple } from './read.ts';

export default defineFormat({
  id: 'ripple',
  title: 'Ripple (.rpl with .raw)',
  extensions: ['.rpl', '.raw'],
  sniff(head, name) {
    const text = new TextDecoder('latin1').decode(head).toLowerCase();
    const keys = ['width', 'height', 'depth', 'data-length', 'data-type'];
    const described = keys.every((key) => new RegExp(`^\\s*${key}\\s`, 'm').test(text));
    if (described) return 'certain';
    return /\.(rpl|raw)$/i.test(name) && foreignSignature(head) === undefined ? 'name' : 'no';
  },
  read: readRipple,
});
