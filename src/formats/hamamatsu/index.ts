import { defineFormat } from '../format.ts';
import { headerOf } from './header.ts';
import { readStreakImage } from './read.ts';

/**
 * Images (ITEX) of the Hamamatsu programs HPD-TA and HiPic: streak cameras, CCD cameras. Worked out from files, and from what
 * open readers of them agree on.
 */
export default defineFormat({
  id: 'hamamatsu',
  title: 'Hamamatsu streak image (HPD-TA)',
  extensions: ['.img'],
  sniff(head, name) {
    const header = headerOf(head);
    if (!header || header.type > 3 || header.width === 0 || header.height === 0) return 'no';
    if (head[64] === 0x5b && header.comment > 0) return 'certain';
    return /\.img$/i.test(name) ? 'likely' : 'no';
  },
  read: readStreakImage,
});
