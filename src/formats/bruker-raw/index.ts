import { defineFormat } from '../format.ts';
import { readBrukerRaw } from './read.ts';
import { isFirstVersion } from './version1.ts';

/**
 * Raw diffractograms of Siemens and Bruker: DIFFRAC-AT (versions 1 and 2) after the appendix of its manual, DIFFRACplus
 * (version 3) and DIFFRAC.SUITE (version 4) after what public readers agree on. Little-endian throughout.
 */
export default defineFormat({
  id: 'bruker-raw',
  title: 'Bruker/Siemens RAW diffractogram',
  extensions: ['.raw'],
  sniff(head) {
    const magic = new TextDecoder('latin1').decode(head.subarray(0, 7));
    if (!head.includes(0)) return 'no';
    return /^RAW(?:2|1\.0|4\.0)/.test(magic) || isFirstVersion(head) ? 'certain' : 'no';
  },
  read: readBrukerRaw,
});
