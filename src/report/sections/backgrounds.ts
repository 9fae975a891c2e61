import { axisValues } from '../../signal/axis.ts';
import type { BackgroundComparison } from '../../steps/products.ts';
import { lineColour } from '../figures/palette.ts';
import { spectrum } from '../figures/spectrum.ts';
import { html } from '../markup.ts';
import { counted } from '../numbers.ts';
import { spectralColumn, spectralLabel } from '../origin-axes.ts';
import { csv } from '../output.ts';
import { traced } from '../page-parts.ts';
import { fileName, type ProductSection, sectionTitle } from '../report.ts';

const RAW = '#8a949e';
const CHOSEN = '#d55e00';
const NET = '#0072b2';
/** Of a curve that stands for a range, so many times its standard deviation reach the ends. */
const RANGE = Math.sqrt(3);

export const backgrounds: ProductSection<'backgrounds'> = (report, result) => {
  const { node, product } = result;
  const { raw, background, rivals, net, sigma, spread } = product;
  const x = axisValues(product.spectral);
  const { chosen } = product;
  const shared = { height: 240, x, xLabel: spectralLabel(product), yLabel: 'counts per pixel' } as const;
  const over = report.figures.wide(
    `${node.id}-backgrounds`,
    1080,
    (width) =>
      spectrum({
        ...shared,
        width,
        scale: 'linear',
        traces: [
          { y: raw, colour: RAW, name: 'mean spectrum', step: true },
          ...rivals.map((rival, k) => ({
            y: rival.background,
            colour: lineColour(k + 1),
            thin: true,
          })),
          { y: background, colour: CHOSEN, name: chosen },
        ],
        alt: `Mean spectrum, ${chosen} and ${counted(rivals.length, 'rival')}`,
      }),
    html`Mean of ${traced(node.id, counted(product.pixels, 'spectrum', 'spectra'))}, the background that was taken off, and,
    thin, the rivals: ${rivals.map(({ label }) => label).join('; ') || 'none for this modality'}.`,
  );
  const left = report.figures.wide(
    `${node.id}-net`,
    1080,
    (width) =>
      spectrum({
        ...shared,
        width,
        scale: 'linear',
        view: rangeOf(product, x),
        traces: [
          {
            y: net,
            colour: CHOSEN,
            name: 'range of the rivals',
            error: spread.map((each) => RANGE * each),
            thin: true,
          },
          { y: net, colour: NET, name: 'net, ±2σ of counting and background', error: sigma.map((each) => 2 * each) },
        ],
        alt: 'Mean spectrum above the background, with its errors',
      }),
    html`What is left above the background. Blue band: ±2σ of counting and of the background, which averaging over pixels
    lessens. Orange band: where rival backgrounds would put it, which no averaging lessens.`,
  );
  return {
    id: `result-${node.id}`,
    title: sectionTitle(report, result, 'Background'),
    files: [
      {
        path: fileName(report, result, 'backgrounds', 'csv'),
        content: csv(
          [
            spectralColumn(product.spectral),
            'mean',
            'background',
            'net',
            'sigma',
            'spread',
            ...rivals.map(({ label }) => label),
          ],
          Array.from(x, (position, j) => [
            position,
            raw[j],
            background[j],
            net[j],
            sigma[j],
            spread[j],
            ...rivals.map((rival) => rival.background[j]),
          ]),
        ),
      },
    ],
    body: html`${over}${left}`,
  };
};

function rangeOf({ range: [first, end] }: BackgroundComparison, x: Float64Array): readonly [number, number] {
  return [x[first], x[end - 1]];
}
