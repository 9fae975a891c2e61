import { uncertainty } from '../../signal/quantity.ts';
import { valueMap } from '../figures/map.ts';
import { html } from '../markup.ts';
import { formatBand, navigationShape } from '../origin-axes.ts';
import { csv } from '../output.ts';
import { budget, quantity } from '../page-parts.ts';
import { fileName, type ProductSection, sectionTitle } from '../report.ts';

export const window: ProductSection<'window'> = (report, result) => {
  const { node, product } = result;
  const { map, sigma, navigation, total } = product;
  const unit = total.unit || 'value';
  const band = formatBand(product.window, product.spectral);
  const shape = navigationShape(navigation);
  const [intensity, error] = [
    { values: map, name: 'map', label: unit, ramp: 'viridis', caption: `Intensity in ${band}.` },
    { values: sigma, name: 'sigma', label: `σ (${unit})`, ramp: 'greys', caption: 'Its standard uncertainty.' },
  ].map(({ values, name, label, ramp, caption }) =>
    report.figures.fixed(
      `${node.id}-${name}`,
      () => valueMap({ values, navigation, ramp: ramp as 'viridis' | 'greys', label, clip: 0.001, alt: caption }),
      caption,
    ),
  );
  return {
    id: `result-${node.id}`,
    title: sectionTitle(report, result, 'Window intensity'),
    findings: [html`Intensity in ${band}: ${quantity(total)}.`],
    files: [
      { path: fileName(report, result, 'window', 'npy'), content: { array: map, shape } },
      { path: fileName(report, result, 'window-sigma', 'npy'), content: { array: sigma, shape } },
      {
        path: fileName(report, result, 'window-budget', 'csv'),
        content: csv(
          ['term', 'kind', `value_${unit}`],
          [
            ['total', 'value', total.value],
            ...total.random.map(({ name, sigma: s }) => [name, 'random', s]),
            ...total.systematic.map(({ source, sensitivity }) => [source, 'systematic', sensitivity]),
            ['combined standard uncertainty', 'combined', uncertainty(total)],
          ],
        ),
      },
    ],
    body: html`<p>Total in ${band}: <b>${quantity(total)}</b></p>${budget(total)}<div class="maps">${intensity}${error}</div>`,
  };
};
