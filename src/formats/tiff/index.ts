import { defineFormat } from '../format.ts';
import { isTiff } from './ifd.ts';
import { readTiff } from './read.ts';
import { MOST_EXPANSION } from './unpack.ts';

/**
 * TIFF and BigTIFF: strips and tiles, uncompressed, LZW, deflate and PackBits, with predictors; stacks; calibrations of
 * ImageJ, DigitalMicrograph and FEI microscopes. After the TIFF 6.0 specification and Adobe's technical notes.
 */
export default defineFormat({
  id: 'tiff',
  title: 'TIFF image',
  extensions: ['.tif', '.tiff', '.btf'],
  sniff: (head) => (isTiff(head) ? 'certain' : 'no'),
  unpackedBytes: (stored) => MOST_EXPANSION[5] * stored,
  read: readTiff,
});
