import { defineFormat } from '../format.ts';
import { HEADER_BYTES, looksLikeHeader } from './header.ts';
import { readWinSpec } from './read.ts';

/**
 * Princeton Instruments WinView, WinSpec (header versions 1 and 2) and LightField (3, with an XML footer), after the layout
 * that the manuals of WinSpec and "SPE 3.0 File Format Specification" print.
 */
export default defineFormat({
  id: 'winspec-spe',
  title: 'Princeton Instruments WinSpec and LightField',
  extensions: ['.spe'],
  sniff(head, name) {
    const named = /\.spe$/i.test(name);
    if (head.length === 0) return named ? 'name' : 'no';
    // The first bytes given are fewer than the header by four.
    const looks = head.length >= HEADER_BYTES - 4 ? looksLikeHeader(head) : 'no';
    return looks === 'likely' && !named ? 'no' : looks;
  },
  read: readWinSpec,
});
