import { defineFormat } from '../format.ts';
import { headText } from '../whole-text.ts';
import { readSpecsXy } from './read.ts';
import { commentPrefix } from './signature.ts';

/** Text exports ("XY serializer") of SPECS SpecsLab 2 and SpecsLab Prodigy. */
export default defineFormat({
  id: 'specs-xy',
  title: 'SPECS SpecsLab XY export',
  extensions: ['.xy'],
  sniff: (head) => (commentPrefix(headText(head)) === undefined ? 'no' : 'certain'),
  read: readSpecsXy,
});
