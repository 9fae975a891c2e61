import { defineFormat } from '../format.ts';
import { kindOf } from './kind.ts';

export default defineFormat({
  id: 'edax',
  title: 'EDAX spectrum or map (SPC, SPD)',
  extensions: ['.spc', '.spd'],
  sniff: (head, name) => (kindOf(head) ? 'certain' : name.toLowerCase().endsWith('.spd') ? 'name' : 'no'),
  read: async (file) => (await import('./read.ts')).readEdax(file),
});
