import { AS_WRITTEN } from '../../../test/as-written.ts';
import { beginningOf, defineConformance } from '../../../test/conformance.ts';

/** Files of other formats among the columns of beamlines. */
const OTHERS: readonly string[] = ['SSRL1_2006.dat', 'PF9A_2022.dat', 'APS9BM_2006.dat'];

export default defineConformance({
  ...AS_WRITTEN,
  folders: ['emsa', 'xy', 'columns-other', 'xafs-columns', 'xps-other'],
  own: (entry) =>
    !OTHERS.includes(entry.oracle.file) &&
    !/^# ?XDI\//.test(beginningOf(entry)) &&
    (entry.name.startsWith('emsa/')
      ? entry.oracle.signals[0].kind === 'table'
      : entry.oracle.reader.startsWith('manual (independent text parsing')),
});
