import { defineFormat } from '../format.ts';
import { isData, isLog, readImpulse } from './read.ts';

/**
 * Logs of DENSsolutions Impulse (heating and gas cells): each column over the time, as one array each; date and gases are in
 * the log beside. Worked out from files.
 */
export default defineFormat({
  id: 'impulse',
  title: 'DENSsolutions Impulse log (.csv with .log)',
  extensions: ['.csv', '.log'],
  sniff: (head) => (isData(head) || isLog(head) ? 'certain' : 'no'),
  read: readImpulse,
});
