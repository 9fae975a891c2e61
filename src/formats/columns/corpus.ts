import { beginningOf, defineConformance } from '../../../test/conformance.ts';

/** The reference counts two lines of detector weights and offsets as data; the header says PTS: 455. */
export const SSRL = 'xafs-columns/SSRL1_2006.dat';

export default defineConformance({
  folders: ['emsa', 'xy', 'columns-other', 'xafs-columns', 'xps-other'],
  own: (entry) =>
    entry.name !== SSRL &&
    !/^# ?XDI\//.test(beginningOf(entry)) &&
    (entry.name.startsWith('emsa/')
      ? entry.oracle.signals[0].kind === 'table'
      : entry.oracle.reader.startsWith('manual (independent text parsing')),
});
