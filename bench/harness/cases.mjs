/** What can be measured, by name. A case is `{ title, onRequest?, measure(bench), lines(result, all), bars?(result) }`. */
const CASES = {
  report: () => import('../report/case.mjs'),
  'pca-sparse': () => import('../pca-sparse/case.mjs'),
  'pca-dense': () => import('../pca-dense/case.mjs'),
  'raw-to-events': () => import('../raw-to-events/case.mjs'),
  reading: () => import('../reading/case.mjs'),
  info: () => import('../info/case.mjs'),
  snip: () => import('../snip/case.mjs'),
  isrea: () => import('../isrea/case.mjs'),
  decoding: () => import('../decoding/case.mjs'),
  'power-law': () => import('../power-law/case.mjs'),
  baselines: () => import('../baselines/case.mjs'),
  transfer: () => import('../transfer/case.mjs'),
  scaling: () => import('../scaling/case.mjs'),
  memory: () => import('../memory/case.mjs'),
};

export const CASE_NAMES = Object.keys(CASES);

export async function loadCase(name) {
  return (await CASES[name]()).default;
}
