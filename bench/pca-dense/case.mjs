import { join } from 'node:path';
import { fasterThan } from '../harness/bars.mjs';
import { edsMap, writeDense } from '../harness/map-files.mjs';
import { leadingDeviation } from '../harness/ratios.mjs';
import { comparison } from '../harness/tables.mjs';

const COMPONENTS = 20;
/** Components of this map that stand out of the noise. */
const LEADING = 5;
export const HYPERSPY = 'HyperSpy: decomposition(True)';
/** HyperSpy refuses counts as they are and names the type to change them to. */
const AS_ASKED = `${HYPERSPY}, float64`;
const SKLEARN = 'scikit-learn: PCA, randomised';

export default {
  title: 'Weighted PCA of a dense map',

  async measure(bench) {
    // No channel is empty: HyperSpy's weights divide by the counts of each.
    const dense = { dispersionKeV: 0.01, offsetKeV: 0.1, dose: 10_000 };
    const parameters = bench.quick ? edsMap(32, 32, 512, dense) : edsMap(128, 128, 1024, dense);
    const { height, width, channels } = parameters;
    const folder = join(bench.folder, 'pca-dense');
    await writeDense(folder, parameters);
    const options = { folder, shape: [height, width, channels], components: COMPONENTS };
    const peer = (name, script, more, needs) =>
      bench.peerResident(name, script, import.meta, { ...options, ...more }, needs);
    const double = { dtype: 'float64' };
    const sides = [
      ...bench.oursResident('../harness/ours-pca.mjs', import.meta, {
        parameters,
        dense: true,
        components: COMPONENTS,
        threads: bench.threads,
      }),
      ...peer(AS_ASKED, './hyperspy_default.py', double, ['hyperspy']),
      ...peer(`${HYPERSPY}, float32`, './hyperspy_default.py', { dtype: 'float32' }, ['hyperspy']),
      ...peer(`${SKLEARN}, float64, centred`, './sklearn_pca.py', { ...double, centred: true }, ['scikit-learn']),
      ...peer('scikit-learn: TruncatedSVD, float64', './sklearn_pca.py', { ...double, centred: false }, [
        'scikit-learn',
      ]),
      ...peer('NumPy: float32 Gram matrix, eigh', './numpy_gram.py', {}, ['scipy']),
    ];
    return { parameters, contenders: await bench.takeTurns(sides) };
  },

  lines({ parameters: { height, width, channels }, contenders }) {
    const [ours] = contenders;
    const agreement = contenders
      .filter((one) => !one.ours && one.singularValues)
      .map(
        ({ name, singularValues }) =>
          `${name} ${leadingDeviation(ours.singularValues, singularValues, LEADING).toExponential(0)}`,
      );
    return [
      `${height} × ${width} pixels, ${channels} channels, about half of the values above 0; ${COMPONENTS} components with scores.`,
      '',
      ...comparison({ contenders }),
      '',
      'HyperSpy refuses to decompose whole numbers and asks for `float64`: this is what its bar is measured against.',
      ...(agreement.length
        ? [
            '',
            `Largest relative difference of the ${LEADING} leading singular values (to the first): ${agreement.join('; ')}.`,
          ]
        : []),
    ];
  },

  bars({ contenders }) {
    const is = (start) => (one) => one.name.startsWith(start);
    return [
      ...fasterThan(contenders, AS_ASKED, is(AS_ASKED), { 'Node 20': 6, 'Node 24': 12 }),
      ...fasterThan(contenders, SKLEARN, is(SKLEARN), { 'Node 20': 0.8, 'Node 24': 1.2 }),
    ];
  },
};
