import { uncertainty } from '../../signal/quantity.ts';
import type { Anomalies, Region } from '../../steps/products.ts';
import { valueMap } from '../figures/map.ts';
import { mapGeometry } from '../figures/map-geometry.ts';
import { drawOutlines } from '../figures/outlines.ts';
import { prettyLine } from '../line-labels.ts';
import { html, join, type Markup } from '../markup.ts';
import { counted, formatFixed, formatNumber, formatPercent, formatProbability, formatWithError } from '../numbers.ts';
import { formatBand, formatPosition, navigationShape } from '../origin-axes.ts';
import { table, traced, warningList } from '../page-parts.ts';
import { fileName, type ProductSection, type Result, type Results, sectionTitle } from '../report.ts';
import { regionSpectra, regionSpectraCsv, regionsCsv } from './regions.ts';

const MOST_ROWS = 50;
export const anomalies: ProductSection<'anomalies'> = (report, result) => {
  const { node, product } = result;
  const { regions, threshold } = product;
  return {
    id: `result-${node.id}`,
    title: sectionTitle(report, result, 'What the model does not explain'),
    findings: findings(product, node.id),
    files: [
      { path: fileName(report, result, 'regions', 'csv'), content: regionsCsv(product) },
      { path: fileName(report, result, 'region-spectra', 'csv'), content: regionSpectraCsv(product) },
      {
        path: fileName(report, result, 'significance', 'npy'),
        content: { array: product.significance, shape: navigationShape(product.navigation) },
      },
      {
        path: fileName(report, result, 'residual', 'npy'),
        content: { array: product.residual, shape: navigationShape(product.navigation) },
      },
    ],
    body: html`
      ${node.added && html`<p class="note">This step was added by the plan: ${node.added}.</p>`}
      ${warningList(product.warnings)}
      <p>Threshold: significance ${traced(node.id, formatNumber(threshold))}, which chance reaches anywhere in this map with
      probability ${traced(node.id, formatPercent(product.falseAlarmRate))}.
      ${regions.length === 0 && html`<b>No region exceeds it</b>; the largest value is ${traced(node.id, formatNumber(largest(product.significance)))}.`}</p>
      <div class="maps">${significanceMap(report, result)}${residualMap(report, result)}</div>
      <p>${structure(product, node.id)}</p>
      ${regions.length > 0 && regionTable(product, node.id)}
      ${regionSpectra(report, result)}`,
  };
};

function findings(product: Anomalies, node: string): Markup[] {
  const { regions, threshold, spectral, warnings } = product;
  if (regions.length === 0) {
    return [
      html`No region exceeds the significance threshold of ${traced(node, formatNumber(threshold))}${warnings.length ? `. ${warnings.join(' ')}` : ': the model explains the map.'}`,
    ];
  }
  const confirmed = regions.filter(({ status }) => status === 'confirmed');
  const sentence = (
    region: Region,
  ) => html`${region.status === 'confirmed' ? 'Region' : 'Unconfirmed region'} ${region.id} of
    ${traced(node, counted(region.pixels.length, 'pixel'))} does not fit the model: excess at
    ${traced(node, formatPosition((region.band[0] + region.band[1]) / 2, spectral))}${suggests(region)}
    (family-wise p ${traced(node, formatProbability(region.pValue))}).`;
  const told = (confirmed.length ? confirmed : regions).slice(0, 3);
  const rest = regions.length - told.length;
  return [
    ...told.map(sentence),
    ...(rest > 0
      ? [
          html`${traced(node, counted(rest, 'further region'))} (${confirmed.length} of ${regions.length} confirmed) in the table below.`,
        ]
      : []),
  ];
}

function suggests({ suggestions }: Region): string {
  if (suggestions.length === 0) return ', no element suggested';
  const { element, line } = suggestions[0];
  return `, suggests ${element} (${prettyLine(line).replace(`${element} `, '')})`;
}

function structure({ moran, spectral, warnings }: Anomalies, node: string): Markup {
  return html`Spatial order of the residual (Moran z, 0 ± 1 for noise): ${traced(node, formatFixed(moran.worstBand, 1))}
    in the most ordered band, ${formatBand(moran.band, spectral)}; chance reaches ${formatFixed(moran.limit, 1)}.
    ${warnings.length === 0 && 'What was left behind has no spatial structure beyond chance.'}`;
}

function largest(values: ArrayLike<number>): number {
  let most = Number.NaN;
  for (let i = 0; i < values.length; i++) if (!(most >= values[i]) && Number.isFinite(values[i])) most = values[i];
  return most;
}

function significanceMap(report: Results, { node, product }: Result<'anomalies'>): Markup | undefined {
  const { significance, navigation, threshold, regions } = product;
  return report.figures.fixed(
    `${node.id}-significance`,
    () =>
      valueMap({
        values: significance,
        navigation,
        ramp: 'magma',
        reduce: 'max',
        label: 'significance (−log₁₀ p)',
        threshold,
        size: 330,
        alt: `Significance map with ${counted(regions.length, 'region')} outlined`,
        over: (frame, pen, geometry) =>
          drawOutlines(
            frame,
            pen,
            geometry,
            regions.map(({ id, pixels, status }) => ({
              name: String(id),
              pixels,
              colour: status === 'confirmed' ? '#35e0ff' : '#ffffff',
              dashed: status !== 'confirmed',
            })),
          ),
      }),
    html`Significance per pixel; the orange tick marks the threshold${regions.length === 0 && ', where the scale reaches it'}.
    ${regions.length > 0 && 'Outlined and numbered: regions, dashed where unconfirmed; regions too small to outline carry a ring.'}`,
  );
}

function residualMap(report: Results, { node, product }: Result<'anomalies'>): Markup | undefined {
  return report.figures.fixed(
    `${node.id}-residual`,
    () =>
      valueMap({
        values: product.residual,
        navigation: product.navigation,
        ramp: 'magma',
        label: 'misfit / σ',
        clip: 0.001,
        size: 240,
        alt: 'Misfit of the model per pixel',
      }),
    html`Misfit per pixel: root mean square over energy bands of (counts − model)/σ; about 1 where noise explains the rest.`,
  );
}

function regionTable({ regions, spectral, navigation }: Anomalies, node: string): Markup {
  const geometry = mapGeometry(navigation);
  const where = ([row, column]: Region['centre']) => {
    if (geometry.kind === 'point') return '–';
    const pixel = `${formatFixed(row, 1)}, ${formatFixed(column, 1)}`;
    const unit = geometry.lengthUnit;
    if (geometry.kind === 'line' || !unit) return pixel;
    return html`${pixel}<br><span class="note">${formatNumber(geometry.y.at(row))}, ${formatNumber(geometry.x.at(column))} ${unit}</span>`;
  };
  return html`${table(
    [
      { title: '#', number: true },
      { title: 'status' },
      { title: 'pixels', number: true },
      { title: 'centre (row, column)', number: true },
      { title: 'band', number: true },
      { title: 'observed counts', number: true },
      { title: 'expected', number: true },
      { title: 'excess', number: true },
      { title: 'family-wise p', number: true },
      { title: 'suggestions', long: true },
    ],
    regions.slice(0, MOST_ROWS).map((region) => {
      const sigma = uncertainty(region.observed);
      return [
        region.id,
        html`<span class="${region.status}">${region.status}</span>`,
        region.pixels.length,
        where(region.centre),
        formatBand(region.band, spectral),
        formatWithError(region.observed.value, sigma),
        formatNumber(region.expected),
        formatWithError(region.observed.value - region.expected, sigma),
        formatProbability(region.pValue),
        suggestionList(region, spectral),
      ];
    }),
    node,
  )}
  ${regions.length > MOST_ROWS && html`<p class="note">The first ${MOST_ROWS} of ${regions.length}; all are in regions.csv.</p>`}`;
}

function suggestionList({ suggestions }: Region, spectral: Anomalies['spectral']): Markup {
  if (suggestions.length === 0) return html`none`;
  return html`${join(
    suggestions.slice(0, 3).map(
      ({ element, line, energy, reason, score }) =>
        html`<b>${element}</b> ${prettyLine(line).replace(`${element} `, '')}, ${formatPosition(energy, spectral)} (score ${formatFixed(score, 2)})
        <span class="note">${reason}</span>`,
    ),
    html`<br>`,
  )}`;
}
