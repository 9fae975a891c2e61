import { defineFormat } from '../format.ts';

/** The root of a spectrum; that of a map's header, `TRTSpectrumDatabase`, goes on. */
const ROOT = /^(?:\u00ef\u00bb\u00bf)?\s*(?:<\?xml[^>]*>)?\s*<TRTSpectrum[\s>]/;

export default defineFormat({
  id: 'bruker-spx',
  title: 'Bruker SPX spectrum (EDS)',
  extensions: ['.spx'],
  sniff: (head, name) =>
    ROOT.test(new TextDecoder('latin1').decode(head)) ? 'certain' : name.toLowerCase().endsWith('.spx') ? 'name' : 'no',
  read: async (file) => (await import('./read.ts')).readSpx(file),
});
