import { defineFormat } from '../format.ts';
import { headText } from '../whole-text.ts';
import { readSpec } from './read.ts';

/** Scans of SPEC, the program of many beamlines (Certified Scientific Software, "Standard Data File Format"). */
export default defineFormat({
  id: 'spec',
  title: 'SPEC scans',
  extensions: ['.spec', '.dat'],
  sniff(head) {
    const text = headText(head);
    if (/^\s*#F [^\r\n]*[\r\n]+#[ED] /.test(text)) return 'certain';
    return /^\s*#S \d+ /.test(text) && /^#[NL] /m.test(text) ? 'certain' : 'no';
  },
  read: readSpec,
});
