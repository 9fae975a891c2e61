import { axisValues } from '../../signal/axis.ts';
import { type PhaseMap, UNLABELLED } from '../../steps/products.ts';
import { labelMap } from '../figures/label-map.ts';
import { valueMap } from '../figures/map.ts';
import { classColour, lineColour } from '../figures/palette.ts';
import { spectrum } from '../figures/spectrum.ts';
import { lineLabels } from '../line-labels.ts';
import { html, type Markup } from '../markup.ts';
import { counted, formatNumber, formatPercent } from '../numbers.ts';
import { navigationShape, spectralColumn, spectralLabel } from '../origin-axes.ts';
import { csv } from '../output.ts';
import { table, traced, warningList } from '../page-parts.ts';
import { fileName, type ProductSection, type Result, type Results, sectionTitle } from '../report.ts';

const MOST_SPECTRA = 12;
const CONFIDENT = 0.99;

export const phases: ProductSection<'phases'> = (report, result) => {
  const { node, product } = result;
  const labelled = product.labels.reduce((n, label) => n + (label === UNLABELLED ? 0 : 1), 0);
  const map = report.figures.fixed(
    `${node.id}-map`,
    () =>
      labelMap({
        labels: product.labels,
        navigation: product.navigation,
        size: 340,
        legend: product.phases.map(({ name, fraction }) => `${name}, ${formatPercent(fraction)}`),
        alt: `Phase map: ${product.phases.map(({ name, fraction }) => `${name} ${formatPercent(fraction)}`).join(', ')}`,
      }),
    html`Phase map. ${labelled < product.labels.length && html`Grey: ${traced(node.id, counted(product.labels.length - labelled, 'pixel'))} without phase (masked or empty).`}`,
  );
  const confidence = report.figures.fixed(
    `${node.id}-confidence`,
    () =>
      valueMap({
        values: (pixel) => product.confidence[pixel] || Number.NaN,
        navigation: product.navigation,
        ramp: 'viridis',
        label: 'probability',
        size: 240,
        alt: 'Probability of the assigned phase against the runner-up',
      }),
    html`Probability of the phase against the runner-up, ½ to 1.`,
  );
  return {
    id: `result-${node.id}`,
    title: sectionTitle(report, result, 'Phases'),
    findings: [finding(product, node.id)],
    files: files(report, result),
    body: html`
      ${warningList(product.warnings)}
      <div class="maps">${map}${confidence}</div>
      ${phaseTable(product, node.id)}
      ${phaseSpectra(report, result)}`,
  };
};

function finding({ phases: list }: PhaseMap, node: string): Markup {
  if (list.length === 0) return html`No phases.`;
  const largest = list.reduce((a, b) => (b.pixels > a.pixels ? b : a));
  const found = largest.elements.length ? `; ${largest.elements.slice(0, 4).join(', ')}` : '';
  if (list.length === 1) return html`One phase (${traced(node, counted(largest.pixels, 'pixel'))}${found}).`;
  return html`${traced(node, counted(list.length, 'phase'))}; the largest is ${largest.name}
  (${traced(node, formatPercent(largest.fraction))} of the pixels${found}).`;
}

function swatch(index: number): Markup {
  return html`<span class="swatch" style="background:${classColour(index)}"></span>`;
}

function phaseTable(product: PhaseMap, node: string): Markup {
  const confident = confidentShare(product);
  return table(
    [
      { title: 'phase' },
      { title: 'pixels', number: true },
      { title: 'area fraction', number: true },
      { title: 'elements' },
      { title: 'total counts', number: true },
      { title: 'counts per pixel', number: true },
      { title: `pixels with p > ${CONFIDENT}`, number: true },
    ],
    product.phases.map(({ name, pixels, fraction, elements, counts }, i) => {
      const total = counts.reduce((sum, n) => sum + n, 0);
      return [
        html`<span class="phase">${swatch(i)}${name}</span>`,
        pixels,
        formatPercent(fraction),
        elements.join(', ') || '–',
        `${formatNumber(total)} ± ${formatNumber(Math.sqrt(Math.max(total, 0)), 2)}`,
        formatNumber(total / pixels),
        formatPercent(confident[i]),
      ];
    }),
    node,
  );
}

function confidentShare({ labels, confidence, phases: list }: PhaseMap): number[] {
  const sure = list.map(() => 0);
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== UNLABELLED && confidence[i] > CONFIDENT) sure[labels[i]]++;
  }
  return list.map(({ pixels }, i) => sure[i] / pixels);
}

function phaseSpectra(report: Results, { node, product }: Result<'phases'>): Markup {
  const shown = product.phases.slice(0, MOST_SPECTRA);
  const everything = meanOfAll(product);
  return html`<h3>Phase spectra</h3>
    <p class="note">Mean counts per pixel, log scale; band: ±√N counting error of the sum. Channels without counts lie on the lower
    edge. Grey: all phases together.${shown.length < product.phases.length && ` The first ${MOST_SPECTRA}; all are in the tables.`}</p>
    ${shown.map((phase, i) => {
      const scale = phase.pixels > 0 ? 1 / phase.pixels : 0;
      const mean = phase.counts.map((n) => n * scale);
      const error = phase.counts.map((n) => Math.sqrt(Math.max(n, 0)) * scale);
      return report.figures.wide(
        `${node.id}-spectrum-${i + 1}`,
        1080,
        (width) =>
          spectrum({
            width,
            height: 190,
            x: axisValues(product.spectral),
            xLabel: spectralLabel(product),
            yLabel: 'counts per pixel',
            scale: 'log',
            traces: [
              ...(product.phases.length > 1 ? [{ y: everything, colour: '#b8c0c8', thin: true }] : []),
              { y: mean, colour: lineColour(i), error },
            ],
            labels: lineLabels(phase.elements, product),
            alt: `Mean spectrum of ${phase.name}, log scale`,
          }),
        html`${swatch(i)}<b>${phase.name}</b>, ${traced(node.id, counted(phase.pixels, 'pixel'))}`,
      );
    })}`;
}

function meanOfAll({ phases: list, spectral }: PhaseMap): Float64Array {
  const total = new Float64Array(spectral.size);
  let pixels = 0;
  for (const phase of list) {
    pixels += phase.pixels;
    for (let j = 0; j < total.length; j++) total[j] += phase.counts[j];
  }
  return total.map((n) => (pixels > 0 ? n / pixels : 0));
}

function files(report: Results, result: Result<'phases'>) {
  const { labels, navigation, phases: list, spectral } = result.product;
  const x = axisValues(spectral);
  return [
    {
      path: fileName(report, result, 'phases', 'csv'),
      content: csv(
        ['index', 'phase', 'pixels', 'area_fraction', 'elements', 'total_counts'],
        list.map(({ name, pixels, fraction, elements, counts }, i) => [
          i,
          name,
          pixels,
          fraction,
          elements.join(' '),
          counts.reduce((sum, n) => sum + n, 0),
        ]),
      ),
    },
    {
      path: fileName(report, result, 'phase-spectra', 'csv'),
      content: csv(
        [spectralColumn(spectral), ...list.map(({ name }) => `${name}_counts`)],
        Array.from(x, (position, j) => [position, ...list.map(({ counts }) => counts[j])]),
      ),
    },
    {
      path: fileName(report, result, 'phase-labels', 'npy'),
      content: { array: labels, shape: navigationShape(navigation) },
    },
    {
      path: fileName(report, result, 'phase-confidence', 'npy'),
      content: { array: result.product.confidence, shape: navigationShape(navigation) },
    },
  ];
}
