import { square } from '../../kernels/index.ts';
import { axisValues } from '../../signal/axis.ts';
import { type Factorisation, loadingInCounts, type Truncation } from '../../steps/products.ts';
import { valueMap } from '../figures/map.ts';
import { spectrum } from '../figures/spectrum.ts';
import { lineLabels } from '../line-labels.ts';
import { html, type Markup } from '../markup.ts';
import { counted, formatPercent } from '../numbers.ts';
import { navigationShape, spectralLabel } from '../origin-axes.ts';
import { traced } from '../page-parts.ts';
import {
  type AnyResult,
  elementsFound,
  fileName,
  type ProductSection,
  type Result,
  type Results,
  resultsOf,
  sectionTitle,
} from '../report.ts';

/** Without a verdict on their number, and at most: the files have them all. */
const UNJUDGED = 6;
const MOST_SHOWN = 14;

export const factors: ProductSection<'factors'> = (report, result) => {
  const { node, product } = result;
  const judged = truncationOf(report, result);
  const shown = Math.min(product.rank, judged ? judged.components + 2 : UNJUDGED, MOST_SHOWN);
  const weighting =
    product.weighting === 'poisson' ? 'weighted for Poisson noise (Keenan & Kotula 2004)' : 'without weighting';
  return {
    id: `result-${node.id}`,
    title: sectionTitle(report, result, 'Score maps and loadings'),
    files: [
      {
        path: fileName(report, result, 'scores', 'npy'),
        content: { array: product.scores, shape: [...navigationShape(product.navigation), product.rank] },
      },
      {
        path: fileName(report, result, 'loadings', 'npy'),
        content: { array: product.vectors, shape: [product.channels, product.rank] },
      },
    ],
    body: html`
      <p>${traced(node.id, counted(product.rank, 'component'))} of ${traced(node.id, counted(product.validPixels, 'pixel'))} ×
      ${traced(node.id, counted(product.validChannels, 'channel'))}, ${weighting}. A component adds score × loading to the
      counts of a pixel. Signs are arbitrary: only the product has one. Loadings on a square-root scale that keeps the sign;
      triangles on a colour bar: a few values lie beyond.</p>
      ${Array.from({ length: shown }, (_, k) => componentPair(report, result, k, judged))}
      ${shown < product.rank && html`<p class="note">${counted(product.rank - shown, 'further component')} in the files.</p>`}`,
  };
};

function truncationOf(report: Results, { node }: AnyResult): Truncation | undefined {
  return resultsOf(report, 'truncation').find((other) => Object.values(other.node.inputs).includes(node.id))?.product;
}

function componentPair(report: Results, { node, product }: Result<'factors'>, k: number, judged?: Truncation): Markup {
  const loading = loadingInCounts(product, k);
  const rejected = judged !== undefined && !judged.kept.includes(k);
  const share = square(product.singularValues[k]) / product.totalSquares;
  const name = `component ${k + 1}`;
  const map = report.figures.fixed(`${node.id}-score-${k + 1}`, () => {
    const scoreOf = scoresOfLoading(product, k, loading);
    let signed = false;
    for (let i = 0; i < product.pixels && !signed; i++) signed = scoreOf(i) < 0 && scoreOf(i) > -Infinity;
    return valueMap({
      values: scoreOf,
      navigation: product.navigation,
      ramp: signed ? 'diverging' : 'viridis',
      label: 'score',
      clip: 0.002,
      alt: `Score map of ${name}`,
    });
  });
  const labels = lineLabels(elementsFound(report), product);
  const figure = report.figures.wide(`${node.id}-loading-${k + 1}`, 720, (width) =>
    spectrum({
      width,
      height: 210,
      x: axisValues(product.spectral),
      xLabel: spectralLabel(product),
      yLabel: 'counts per channel',
      scale: 'sqrt',
      traces: [{ y: loading, colour: rejected ? '#7a8793' : '#0072b2' }],
      labels,
      alt: `Loading of ${name} in counts per channel, signed square-root scale`,
    }),
  );
  return html`<div class="component${rejected && ' rejected'}"><h3>Component ${k + 1}${rejected && ` (${judged.verdicts[k]?.kind ?? 'noise'}, not in the model)`}
    <small>${traced(node.id, formatPercent(share))} of the weighted squares</small></h3>
    <div class="pair">${map}${figure}</div></div>`;
}

/** Per pixel, in units of the loading as drawn; NaN where the pixel took no part. */
function scoresOfLoading(product: Factorisation, k: number, loading: Float64Array): (pixel: number) => number {
  const { scores, vectors, rank, rowWeights, channelWeights, channels } = product;
  let top = -1;
  for (let j = 0; j < channels; j++) {
    if (channelWeights[j] > 0 && (top < 0 || Math.abs(loading[j]) > Math.abs(loading[top]))) top = j;
  }
  const unit = top < 0 ? 0 : vectors[top * rank + k] / channelWeights[top] / loading[top];
  return (i) => (rowWeights[i] > 0 ? (scores[i * rank + k] / rowWeights[i]) * unit : Number.NaN);
}
