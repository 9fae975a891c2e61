import { z } from 'zod';
import { fitSpectralSpace } from '../../kernels/index.ts';
import { choiceOf, componentParameters } from './component-choice.ts';
import { defineTransfer } from './define-transfer.ts';

const params = z.strictObject(componentParameters(10));
type Params = z.infer<typeof params>;

export default defineTransfer<Params>({
  id: 'transfer.sst',
  version: 1,
  title: 'Spectral space transformation (SST)',
  summary:
    'Changes in each spectrum what the standards of both instruments have in common from how the slave shows it to how the master would; what no standard has shown stays as it is. The instruments must have the same channels.',
  params,
  cite: ['Du, Chen, Zhong, Wang, Chen & Yu 2011, Anal. Chim. Acta 690, 64'],
  sameChannels: true,
  why: 'what standards have in common was changed to how another instrument shows it',
  learn: (paired, p) => fitSpectralSpace(paired, choiceOf(p)),
});
