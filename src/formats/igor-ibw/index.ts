import { defineFormat } from '../format.ts';
import { dtypeOfWave, parseHeader } from './header.ts';
import { readIgorWave } from './read.ts';

/** Igor binary waves of versions 1, 2, 3 and 5, in either byte order (WaveMetrics, Igor Technical Note 003). */
export default defineFormat({
  id: 'igor-ibw',
  title: 'Igor binary wave',
  extensions: ['.ibw'],
  sniff(head, name) {
    const header = parseHeader(head);
    if (header?.checked) return 'certain';
    const named = name.toLowerCase().endsWith('.ibw');
    return header && named && dtypeOfWave(header.type) !== undefined ? 'likely' : 'no';
  },
  read: readIgorWave,
});
