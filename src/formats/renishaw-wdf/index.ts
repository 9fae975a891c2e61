import { defineFormat } from '../format.ts';
import { readWdf } from './read.ts';

/**
 * Renishaw WiRE (WDF): Raman and photoluminescence spectra, series, line scans and maps, and the white-light photograph.
 * Block layout after the vendor's own description of its "Wire Data File", checked on files.
 */
export default defineFormat({
  id: 'renishaw-wdf',
  title: 'Renishaw WiRE (WDF)',
  extensions: ['.wdf'],
  sniff(head, name) {
    if (new TextDecoder('latin1').decode(head.subarray(0, 4)) === 'WDF1') return 'certain';
    return /\.wdf$/i.test(name) ? 'name' : 'no';
  },
  read: readWdf,
  /** The photograph is a JPEG: flat parts of it take some two bits in 64 pixels of four bytes. */
  unpackedBytes: (stored) => stored * 1024,
});
