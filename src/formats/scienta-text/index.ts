import { defineFormat } from '../format.ts';
import { headText } from '../whole-text.ts';
import { readScientaText } from './read.ts';

/** Text exports of Scienta SES: regions with one, two or three dimensions. */
export default defineFormat({
  id: 'scienta-text',
  title: 'Scienta SES text export',
  extensions: ['.txt'],
  sniff: (head) => (/^\[Info\]\s{1,9}Number of Regions=/.test(headText(head)) ? 'certain' : 'no'),
  read: readScientaText,
});
