import type { Truncation } from '../../steps/products.ts';
import { scree, statistic } from '../figures/scree.ts';
import { html, type Markup } from '../markup.ts';
import { counted, formatFixed, formatNumber } from '../numbers.ts';
import { csv } from '../output.ts';
import { table, traced, warningList } from '../page-parts.ts';
import { fileName, type ProductSection, sectionTitle } from '../report.ts';

export const truncation: ProductSection<'truncation'> = (report, result) => {
  const { node, product } = result;
  const { components, kept, criteria, singularValues, noiseEdge, chosenBy } = product;
  const chosen = criteria.find(({ id }) => id === chosenBy)?.title ?? chosenBy;
  const votes = criteria.map((criterion) => criterion.components);
  const range = votes.length > 1 ? `; ${counted(votes.length, 'criterion', 'criteria')} say ${spread(votes)}` : '';
  const figure = report.figures.wide(
    `${node.id}-scree`,
    720,
    (width) =>
      scree({
        width,
        singularValues,
        noiseEdge,
        components,
        kept,
        alt: `Singular values on a log scale; ${components} are signal, noise edge at ${formatNumber(noiseEdge)}`,
      }),
    html`Singular values of the weighted data. Dashed: what the largest singular value of pure noise of this size and dose
    exceeds once in a hundred times. Filled: signal${kept.length < components && '; pink: signal that the model leaves out'}. Open: noise.`,
  );
  return {
    id: `result-${node.id}`,
    title: sectionTitle(report, result, 'How many components are signal'),
    findings: [
      html`${traced(node.id, counted(components, 'component'))} ${components === 1 ? 'is' : 'are'} signal, by ${chosen}${range}.${leftOut(product)}`,
    ],
    files: [
      { path: fileName(report, result, 'truncation', 'csv'), content: componentsCsv(product) },
      { path: fileName(report, result, 'truncation-criteria', 'csv'), content: criteriaCsv(product) },
    ],
    body: html`
      <p>Signal: ${traced(node.id, html`<b>${counted(components, 'component')}</b>`)}, by ${chosen}.${leftOut(product)}</p>
      ${warningList(product.warnings)}
      ${figure}
      ${criteriaTable(product, node.id)}
      <div class="multiples">${criteria
        .filter(({ statistic: values }) => values.some(Number.isFinite))
        .map((criterion) =>
          report.figures.fixed(
            `${node.id}-${criterion.id}`,
            () =>
              statistic({
                values: criterion.statistic.slice(0, Math.max(3 * components, 20)),
                threshold: criterion.threshold,
                components: criterion.components,
                alt: `Statistic of ${criterion.title} per component`,
              }),
            html`<b>${criterion.title}</b>: ${traced(node.id, criterion.components)}`,
          ),
        )}</div>
      <h3>What each component looks like</h3>
      ${verdictTable(product, node.id)}`,
  };
};

function spread(votes: readonly number[]): string {
  const [low, high] = [Math.min(...votes), Math.max(...votes)];
  return low === high ? `${low}` : `${low} to ${high}`;
}

/** Signal that is not part of the model, and why. */
function leftOut({ verdicts, components, kept }: Truncation): string {
  const others = verdicts
    .slice(0, components)
    .flatMap(({ kind }, k) => (kept.includes(k) ? [] : [`${k + 1} (${kind})`]));
  if (others.length === 0) return '';
  return ` Of these, the model leaves out ${counted(others.length, 'component')}: ${others.join(', ')}.`;
}

function criteriaTable({ criteria, chosenBy }: Truncation, node: string): Markup {
  return table(
    [{ title: 'criterion' }, { title: 'K', number: true }, { title: 'why' }],
    criteria.map(({ id, title, components, reason }) => [
      id === chosenBy ? html`<b>${title}</b> (decides)` : title,
      components,
      reason,
    ]),
    node,
  );
}

function verdictTable({ verdicts, singularValues, components, kept }: Truncation, node: string): Markup {
  const shown = verdicts.slice(0, Math.max(components + 5, 10));
  return html`${table(
    [
      { title: 'k', number: true },
      { title: 'kind' },
      { title: 'in the model' },
      { title: 'singular value', number: true },
      { title: 'strength ℓ', number: true },
      { title: 'overlap cos²', number: true },
      { title: 'Moran z of map', number: true },
      { title: 'kurtosis of scores', number: true },
      { title: 'smoothness of loading', number: true },
      { title: 'flag' },
    ],
    shown.map(({ kind, strength, overlap, moran, kurtosis, smoothness, flag }, i) => [
      i + 1,
      kind,
      kept.includes(i) ? 'yes' : 'no',
      singularValues[i],
      formatNumber(strength),
      formatFixed(overlap, 2),
      formatFixed(moran, 1),
      formatFixed(kurtosis, 1),
      formatFixed(smoothness, 2),
      flag ? html`<span class="flag">${flag}</span>` : '',
    ]),
    node,
  )}
  <p class="note">Strength: de-biased variance per spectrum in units of the noise, 0 below the detection limit. Overlap: predicted
  cos² between the loading found and the true one. Moran z: spatial order of the score map, near 0 for noise. Kurtosis: 0 for
  noise, large where few pixels carry the component. Smoothness: lag-1 autocorrelation of the loading, near 1 for spectra, near 0
  or below for noise and gain patterns.</p>`;
}

function componentsCsv({ verdicts, singularValues, kept, criteria, noiseEdge }: Truncation): string {
  const header = [
    'component',
    'kind',
    'kept',
    'singular_value',
    'noise_edge',
    'strength',
    'overlap',
    'moran_z',
    'kurtosis',
    'smoothness',
    'flag',
  ];
  return csv(
    [...header, ...criteria.map(({ id }) => `statistic_${id}`)],
    Array.from(singularValues, (value, i) => [
      i + 1,
      verdicts[i]?.kind ?? '',
      kept.includes(i) ? 1 : 0,
      value,
      noiseEdge,
      verdicts[i]?.strength,
      verdicts[i]?.overlap,
      verdicts[i]?.moran,
      verdicts[i]?.kurtosis,
      verdicts[i]?.smoothness,
      verdicts[i]?.flag ?? '',
      ...criteria.map(({ statistic: values }) => values[i]),
    ]),
  );
}

function criteriaCsv({ criteria, chosenBy }: Truncation): string {
  return csv(
    ['criterion', 'title', 'components', 'decides', 'threshold', 'reason'],
    criteria.map(({ id, title, components, threshold, reason }) => [
      id,
      title,
      components,
      id === chosenBy ? 1 : 0,
      threshold,
      reason,
    ]),
  );
}
