import { z } from 'zod';
import { fitExternalParameter } from '../../kernels/index.ts';
import { defineTransfer } from './define-transfer.ts';

const params = z.strictObject({
  components: z
    .number()
    .int()
    .min(1)
    .max(50)
    .default(3)
    .describe('directions of the differences between the instruments that are taken out'),
});
type Params = z.infer<typeof params>;

export default defineTransfer<Params>({
  id: 'transfer.epo',
  version: 1,
  title: 'External parameter orthogonalisation (EPO)',
  summary:
    'Takes out of each spectrum the directions in which the standards differ between the instruments. Give it the spectra of both, each as `in`, and make the model of what is left: what lies in these directions, chemistry too, is lost. The instruments must have the same channels.',
  params,
  cite: ['Roger, Chauchard & Bellon-Maurel 2003, Chemom. Intell. Lab. Syst. 66, 191'],
  sameChannels: true,
  why: 'the differences between two instruments were projected out',
  learn: (paired, p) => {
    const found = fitExternalParameter(paired, p.components);
    const share = (100 * found.share).toPrecision(4);
    return {
      ...found,
      remark: `${share} % of the squared differences between the instruments lie in these directions`,
    };
  },
});
