import { z } from 'zod';
import { fitDirect } from '../../kernels/index.ts';
import { choiceOf, componentParameters } from './component-choice.ts';
import { defineTransfer } from './define-transfer.ts';

const params = z.strictObject(componentParameters(20));
type Params = z.infer<typeof params>;

export default defineTransfer<Params>({
  id: 'transfer.ds',
  version: 1,
  title: 'Direct standardisation (DS)',
  summary:
    'Brings spectra of one instrument to another by a regression of whole spectra on whole spectra, learned from standards measured on both. Needs as many standards as the spectra have components, and some more; the axes may differ.',
  params,
  cite: ['Wang, Veltkamp & Kowalski 1991, Anal. Chem. 63, 2750'],
  sameChannels: false,
  why: 'spectra of another instrument, as combinations of whole spectra of standards',
  learn: (paired, p) => fitDirect(paired, choiceOf(p)),
});
