import { defineFormat } from '../format.ts';
import { byteOrder, hasMapStamp } from './header.ts';
import { readMrc } from './read.ts';

/**
 * MRC and CCP4 maps (MRC2014 and older): images, stacks, volumes and stacks of volumes. After the specification of the
 * Collaborative Computational Project for electron cryo-microscopy (ccpem.ac.uk/mrc_format).
 */
export default defineFormat({
  id: 'mrc',
  title: 'MRC image or volume',
  extensions: ['.mrc', '.mrcs', '.map', '.ccp4', '.st', '.rec', '.ali'],
  sniff(head, name) {
    if (byteOrder(head) === undefined) return 'no';
    if (hasMapStamp(head)) return 'certain';
    // Before the year 2000 nothing marked the files.
    return /\.(mrcs?|map|ccp4|st|rec|ali)$/i.test(name) ? 'likely' : 'no';
  },
  read: readMrc,
});
