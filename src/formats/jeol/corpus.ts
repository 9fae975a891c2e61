import { defineConformance, filesBeside } from '../../../test/conformance.ts';

export default defineConformance({
  // Projects lie beside the folders with their files.
  folders: ['jeol', 'jeol/Sample/00_View000', 'jeol/seq_eds/1', 'jeol/seq_eds/1/Sample/00_View002'],
  // Times and elements that the reference reader does not report.
  compare: { metadata: 'subset' },
  // A project finds the files of its folders beside it, too.
  beside: (path) => (path.endsWith('.ASW') ? filesBeside(path, 'Sample', /\.(?:img|map|pts|eds)$/) : []),
});
