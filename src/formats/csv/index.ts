import { defineFormat } from '../format.ts';
import { encodeCsv } from './encode.ts';

export default defineFormat({
  id: 'csv',
  title: 'Comma-separated values',
  extensions: ['.csv'],
  sniff: () => 'no',
  encode: encodeCsv,
});
