import { defineFormat } from '../format.ts';
import { headText } from '../whole-text.ts';
import { readRruff } from './read.ts';

/**
 * Text files of the RRUFF database of minerals: Raman and infrared spectra, diffraction patterns. Labels look like those of
 * JCAMP-DX (`##NAMES=`), but neither `##TITLE=` nor `##JCAMP-DX=` are among them, and the rows have no label. Worked out from
 * files as programs quote them.
 */
export default defineFormat({
  id: 'rruff',
  title: 'RRUFF (minerals: Raman, infrared, diffraction)',
  extensions: ['.txt'],
  sniff(head) {
    const text = headText(head);
    if (!text.startsWith('##') || /^##\s*(?:TITLE|JCAMP[-_ ]?DX)\s*=/im.test(text)) return 'no';
    return /^##\s*(?:NAMES|RRUFFID)\s*=/im.test(text) ? 'certain' : 'no';
  },
  read: readRruff,
});
