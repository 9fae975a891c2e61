import { defineFormat } from '../format.ts';
import { headText } from '../whole-text.ts';
import { readXsyg } from './read.ts';

/**
 * Luminescence records of Freiberg Instruments' lexsyg readers: sequences of records, each with curves of counts and of what
 * the heating element or the lamps did. The layout is that of the sample and of what the R package Luminescence documents.
 */
export default defineFormat({
  id: 'xsyg',
  title: 'XSYG (Freiberg Instruments lexsyg)',
  extensions: ['.xsyg'],
  sniff(head) {
    const text = headText(head).replace(/^<\?xml[^>]{0,200}>\s*/, '');
    return /^<Sample[\s>]/.test(text) && /\slexsyg|<Sequence[\s>]/.test(text) ? 'certain' : 'no';
  },
  read: readXsyg,
});
