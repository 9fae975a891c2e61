import { join } from 'node:path';
import { fasterThan } from '../harness/bars.mjs';
import { edsMap, writeSparse } from '../harness/map-files.mjs';
import { leadingDeviation } from '../harness/ratios.mjs';
import { comparison, numberText } from '../harness/tables.mjs';

const COMPONENTS = 20;
/** Components of this map that stand out of the noise. */
const LEADING = 4;

export default {
  title: 'Weighted PCA of a sparse EDS map',

  async measure(bench) {
    const parameters = bench.quick ? edsMap(48, 48, 256) : edsMap(512, 512, 2048);
    const { channels } = parameters;
    const folder = join(bench.folder, 'pca-sparse');
    const entries = await writeSparse(folder, parameters);
    const options = { folder, channels, components: COMPONENTS };
    const sides = [
      ...bench.oursResident('../harness/ours-pca.mjs', import.meta, {
        parameters,
        components: COMPONENTS,
        threads: bench.threads,
      }),
      ...bench.peerResident('NumPy: float32 Gram matrix in blocks, eigh', './numpy_gram.py', import.meta, options),
      ...bench.peerResident('scikit-learn: TruncatedSVD', './sklearn_svd.py', import.meta, options),
    ];
    return { parameters, entries, contenders: await bench.takeTurns(sides) };
  },

  lines({ parameters: { height, width, channels }, entries, contenders }) {
    const [ours] = contenders;
    const agreement = contenders
      .filter((one) => !one.ours)
      .map(({ name, singularValues }) => {
        const most = leadingDeviation(ours.singularValues, singularValues, LEADING);
        return `${name.split(':')[0]} ${most.toExponential(0)}`;
      });
    return [
      `${height} × ${width} pixels, ${channels} channels, ${numberText(entries / 1e6)} million channels with counts; ${COMPONENTS} components with scores.`,
      '',
      ...comparison({ contenders }),
      ...(agreement.length
        ? [
            '',
            `Largest relative difference of the ${LEADING} leading singular values (to the first): ${agreement.join(', ')}.`,
          ]
        : []),
    ];
  },

  bars({ contenders }) {
    return fasterThan(contenders, 'the faster peer', () => true, { 'Node 20': 6, 'Node 24': 9 });
  },
};
