import type { Quantity } from '../../signal/quantity.ts';
import type { Curves, Measurements } from '../../steps/products.ts';
import { valueMap } from '../figures/map.ts';
import { lineColour } from '../figures/palette.ts';
import { spectrum } from '../figures/spectrum.ts';
import { html } from '../markup.ts';
import { formatNumber } from '../numbers.ts';
import { navigationShape } from '../origin-axes.ts';
import { csv, type OutputFile } from '../output.ts';
import { budget, quantity, table, warningList } from '../page-parts.ts';
import { fileName, type ProductSection, type Results, sectionTitle } from '../report.ts';

/** Rows of a table on the page; the file has all. */
const SHOWN_ROWS = 20;

type Table = Measurements['tables'][number];

export const measurements: ProductSection<'measurements'> = (report, result) => {
  const { node, product } = result;
  const { quantities, tables, curves, maps, navigation, warnings } = product;
  const findings = product.findings.map(asSentence);
  const shape = navigationShape(navigation);
  const name = (each: { name: string }, extension: string) => fileName(report, result, slug(each.name), extension);
  const files: OutputFile[] = [
    ...(quantities.length
      ? [{ path: fileName(report, result, 'quantities', 'csv'), content: budgetFile(product) }]
      : []),
    ...tables.map((each) => ({ path: name(each, 'csv'), content: tableFile(each) })),
    ...curves.map((each) => ({ path: name(each, 'csv'), content: curveFile(each) })),
    ...maps.map((each) => ({ path: name(each, 'npy'), content: { array: each.values, shape } })),
  ];
  const drawn = maps.map(({ name: title, unit, caption, values }) =>
    report.figures.fixed(
      `${node.id}-${slug(title)}`,
      () => valueMap({ values, navigation, ramp: 'viridis', label: unit || title, clip: 0.001, alt: caption }),
      caption,
    ),
  );
  return {
    id: `result-${node.id}`,
    title: sectionTitle(report, result, node.step.title),
    findings: findings.map((sentence) => html`${sentence}`),
    files,
    body: html`${warningList(warnings)}${findings.map((sentence) => html`<p>${sentence}</p>`)}
${quantities.map((each) => html`<p>${each.name}: <b>${quantity(each.quantity)}</b></p>${budgetOf(each.quantity)}`)}
${tables.map((each) => tableOf(each, node.id))}${curves.map((each) => figureOf(report, node.id, each))}${
  drawn.length ? html`<div class="maps">${drawn}</div>` : undefined
}`,
  };
};

function figureOf({ figures }: Results, node: string, { name, caption, xLabel, yLabel, x, traces }: Curves) {
  return figures.wide(
    `${node}-${slug(name)}`,
    1080,
    (width) =>
      spectrum({
        width,
        height: 240,
        x,
        xLabel,
        yLabel,
        scale: 'linear',
        traces: traces.map(({ name: label, values, sigma, dots }, k) => ({
          y: values,
          colour: lineColour(k),
          name: label,
          error: sigma,
          dots,
        })),
        alt: caption,
      }),
    caption,
  );
}

function tableOf({ name, columns }: Table, node: string) {
  const rows = Math.max(0, ...columns.map(({ values }) => values.length));
  const shown = Math.min(rows, SHOWN_ROWS);
  const cell = (value: number | string) => (typeof value === 'number' ? formatNumber(value) : value);
  return html`<h3>${name}</h3>${table(
    columns.map((column) => ({ title: heading(column), number: isNumbers(column) })),
    Array.from({ length: shown }, (_, i) => columns.map(({ values }) => cell(values[i]))),
    node,
  )}${rows > shown ? html`<p>The first ${shown} of ${rows} rows; the file has all.</p>` : undefined}`;
}

/** In the head they stand one after the other. */
const asSentence = (finding: string) => {
  const begun = finding.charAt(0).toUpperCase() + finding.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
};

/** Of a number that is exact there is none. */
const budgetOf = (q: Quantity) => (q.random.length + q.systematic.length > 0 ? budget(q) : undefined);

const isNumbers = ({ values }: Table['columns'][number]) => values instanceof Float64Array;
const heading = ({ name, unit }: Table['columns'][number]) => (unit ? `${name} (${unit})` : name);
const slug = (name: string) =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

function tableFile({ columns }: Table): string {
  const rows = Math.max(0, ...columns.map(({ values }) => values.length));
  return csv(
    columns.map(heading),
    Array.from({ length: rows }, (_, i) => columns.map(({ values }) => values[i])),
  );
}

function curveFile({ xLabel, x, traces }: Curves): string {
  return csv(
    [xLabel, ...traces.flatMap(({ name, sigma }) => (sigma ? [name, `sigma of ${name}`] : [name]))],
    Array.from(x, (position, i) => [
      position,
      ...traces.flatMap(({ values, sigma }) => (sigma ? [values[i], sigma[i]] : [values[i]])),
    ]),
  );
}

function budgetFile({ quantities }: Measurements): string {
  return csv(
    ['quantity', 'term', 'kind', 'value', 'unit'],
    quantities.flatMap(({ name, quantity: { value, unit, random, systematic } }) => [
      [name, 'value', 'value', value, unit],
      ...random.map((term) => [name, term.name, 'random', term.sigma, unit]),
      ...systematic.map(({ source, sensitivity }) => [name, source, 'systematic', sensitivity, unit]),
    ]),
  );
}
