import { defineFormat } from '../format.ts';
import { isSurf } from './header.ts';
import { readSurf } from './read.ts';

/**
 * Digital Surf (Mountains) studiables: profiles, surfaces, images, series, spectra and hyperspectral maps, plain or
 * compressed, as 64-bit heights in the unit of the z axis. After the vendor's description of the surface file format.
 */
export default defineFormat({
  id: 'digital-surf',
  title: 'Digital Surf (Mountains)',
  extensions: ['.sur', '.pro'],
  sniff: (head) => (isSurf(head) ? 'certain' : 'no'),
  // Deflate, and points of 16 bits that become numbers of 64.
  unpackedBytes: (stored) => 1032 * stored,
  read: readSurf,
});
