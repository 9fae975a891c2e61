import { defineFormat } from '../format.ts';
import { headText } from '../whole-text.ts';
import { readVamas } from './read.ts';
import { isVamas } from './signature.ts';

/** VAMAS surface chemical analysis, ISO 14976:1998 (Dench et al., Surf. Interface Anal. 13 (1988) 63). */
export default defineFormat({
  id: 'vamas',
  title: 'VAMAS (ISO 14976)',
  extensions: ['.vms', '.npl'],
  sniff: (head) => (isVamas(headText(head)) ? 'certain' : 'no'),
  read: readVamas,
});
