import { defineFormat } from '../format.ts';
import { readPhi } from './read.ts';

/**
 * Spectra and depth profiles of Physical Electronics (PHI SmartSoft, MultiPak). The layout is not published: the text part
 * explains itself, the binary part was read off a file and checked against its spectrum as exported elsewhere.
 */
export default defineFormat({
  id: 'phi-multipak',
  title: 'PHI MultiPak spectra and profiles',
  extensions: ['.spe', '.pro'],
  sniff: (head) => (/^SOFH\r?\n/.test(String.fromCharCode(...head.subarray(0, 6))) ? 'certain' : 'no'),
  read: readPhi,
});
