import { defineFormat } from '../format.ts';
import { isSpcHeader } from './header.ts';
import { readSpc } from './read.ts';

/**
 * Galactic (Thermo GRAMS) SPC: infrared, Raman, UV/Vis and mass spectra. Layout after "A Brief Guide to SPC File Format"
 * of Galactic Industries, checked on files. `.spc` is also the name of EDAX spectra, which begin otherwise.
 */
export default defineFormat({
  id: 'galactic-spc',
  title: 'Galactic SPC (GRAMS)',
  extensions: ['.spc'],
  sniff: (head) => (isSpcHeader(head) ? 'certain' : 'no'),
  read: readSpc,
});
