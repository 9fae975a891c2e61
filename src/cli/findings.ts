import type { Product, Run } from '../index.ts';
import { counted, formatBytes, formatPercent, formatProbability, formatWithError } from '../report/numbers.ts';
import { describeNoise } from '../signal/noise.ts';
import { uncertainty } from '../signal/quantity.ts';
import type {
  Anomalies,
  BackgroundComparison,
  Measurements,
  PhaseMap,
  Region,
  Truncation,
  WindowIntensity,
} from '../steps/products.ts';
import { plainNumber, table, wrap } from './text-layout.ts';

/** What a run found: a paragraph for each result about the specimen, or for every result where there is none of these. */
export function describeFindings({ plan, products }: Run): string {
  const about = plan.nodes.filter(({ id }) => !['signal', 'factors'].includes(products[id].product));
  const shown = about.length ? about : plan.nodes;
  return shown
    .map(({ id }) => {
      const [head, ...body] = describeProduct(products[id]).split('\n');
      return [wrap(`${id}: ${head}`, undefined, 2), ...body].join('\n');
    })
    .join('\n\n');
}

function describeProduct(product: Product): string {
  switch (product.product) {
    case 'truncation':
      return describeTruncation(product);
    case 'phases':
      return describePhases(product);
    case 'anomalies':
      return describeAnomalies(product);
    case 'window':
      return describeWindow(product);
    case 'backgrounds':
      return describeBackgrounds(product);
    case 'measurements':
      return describeMeasurements(product);
    case 'factors':
      return `${counted(product.rank, 'component')} computed`;
    case 'signal': {
      const size = [...product.navigation, product.spectral].map((axis) => axis.size).join(' × ');
      return `a signal of ${size}, noise: ${describeNoise(product.noise)}`;
    }
  }
}

const RIGHT = 'right' as const;

function describeTruncation({ components, criteria, chosenBy, warnings }: Truncation): string {
  const chosen = criteria.find(({ id }) => id === chosenBy)?.title ?? chosenBy;
  const columns = [{ title: 'criterion' }, { title: 'K', align: RIGHT }, { title: 'why' }];
  const rows = criteria.map((criterion) => [criterion.title, String(criterion.components), criterion.reason]);
  return [
    `${counted(components, 'component')} of signal, by ${chosen}`,
    table(columns, rows, 2),
    ...describeWarnings(warnings),
  ].join('\n');
}

function describePhases({ phases, warnings }: PhaseMap): string {
  const columns = [
    { title: 'phase' },
    { title: 'pixels', align: RIGHT },
    { title: 'share', align: RIGHT },
    { title: 'elements' },
  ];
  const rows = phases.map(({ name, pixels, fraction, elements }) => [
    name,
    String(pixels),
    formatPercent(fraction),
    elements.join(' ') || '–',
  ]);
  return [counted(phases.length, 'phase'), table(columns, rows, 2), ...describeWarnings(warnings)].join('\n');
}

function describeAnomalies({ regions, falseAlarmRate, spectral, moran, warnings }: Anomalies): string {
  const confirmed = regions.filter(({ status }) => status === 'confirmed');
  const open = regions.length - confirmed.length;
  const verdict = `${counted(confirmed.length, 'region')} that the model does not explain, at ${formatPercent(falseAlarmRate)} false alarms`;
  const lines = [open ? `${verdict}; ${open} more unconfirmed` : verdict];
  if (regions.length) {
    const columns = [
      { title: 'at y, x' },
      { title: 'pixels', align: RIGHT },
      { title: `band${spectral.unit ? ` / ${spectral.unit}` : ''}` },
      { title: 'counts' },
      { title: 'expected', align: RIGHT },
      { title: 'p' },
      { title: 'perhaps' },
    ];
    lines.push(table(columns, regions.map(regionRow), 2));
  }
  lines.push(
    `  structure left in the residual: Moran z ${plainNumber(moran.worstBand, 2)} at most (chance: ${plainNumber(moran.limit, 2)})`,
  );
  return [...lines, ...describeWarnings(warnings)].join('\n');
}

function regionRow({ status, centre, pixels, band, observed, expected, pValue, suggestions }: Region): string[] {
  const what = [
    ...new Set(suggestions.map(({ element, line }) => `${element} (${line.replace(`${element}_`, '')})`)),
  ].slice(0, 2);
  if (status === 'unconfirmed') what.push('unconfirmed');
  return [
    centre.map((c) => plainNumber(c, 3)).join(', '),
    String(pixels.length),
    band.map((edge) => plainNumber(edge, 4)).join('–'),
    formatWithError(observed.value, uncertainty(observed)),
    plainNumber(expected, 3),
    formatProbability(pValue),
    what.join(', '),
  ];
}

function describeWindow({ window, spectral, total }: WindowIntensity): string {
  const band = window.map((edge) => plainNumber(edge, 5)).join('–');
  return `${band} ${spectral.unit}: ${formatWithError(total.value, uncertainty(total))} ${total.unit}`;
}

function describeBackgrounds({ chosen, rivals, pixels }: BackgroundComparison): string {
  return `${chosen} beside ${counted(rivals.length, 'rival background')}, mean of ${counted(pixels, 'spectrum', 'spectra')}`;
}

function describeMeasurements({ findings, quantities, warnings }: Measurements): string {
  const values = quantities.map(
    ({ name, quantity: q }) => `  ${name}: ${formatWithError(q.value, uncertainty(q))}${q.unit ? ` ${q.unit}` : ''}`,
  );
  const [head = counted(quantities.length, 'quantity', 'quantities'), ...others] = findings;
  return [
    head,
    ...others.map((each) => wrap(`  ${each}`, undefined, 2)),
    ...values,
    ...describeWarnings(warnings),
  ].join('\n');
}

function describeWarnings(warnings: readonly string[]): string[] {
  return warnings.map((warning) => wrap(`  warning: ${warning}`, undefined, 4));
}

/** The same for machines: numbers and names, no maps or spectra. */
export function findingsForMachines({ plan, products }: Run) {
  return Object.fromEntries(plan.nodes.map(({ id }) => [id, productForMachines(products[id])]));
}

function productForMachines(product: Product) {
  switch (product.product) {
    case 'truncation': {
      const { components, chosenBy, warnings } = product;
      const criteria = product.criteria.map(({ id, title, components: k, reason }) => ({
        id,
        title,
        components: k,
        reason,
      }));
      return { product: product.product, components, chosenBy, criteria, warnings };
    }
    case 'phases': {
      const phases = product.phases.map(({ name, pixels, fraction, elements }) => ({
        name,
        pixels,
        fraction,
        elements,
      }));
      return { product: product.product, phases, warnings: product.warnings };
    }
    case 'anomalies': {
      const { falseAlarmRate, threshold, moran, warnings } = product;
      const regions = product.regions.map(({ excess: _e, counts: _c, model: _m, ...facts }) => facts);
      return { product: product.product, falseAlarmRate, threshold, moran, regions, warnings };
    }
    case 'window':
      return { product: product.product, window: product.window, total: product.total, rivals: product.rivals };
    case 'backgrounds': {
      const { chosen, pixels } = product;
      return { product: product.product, chosen, pixels, rivals: product.rivals.map(({ label }) => label) };
    }
    case 'measurements': {
      const { findings, quantities, tables, warnings } = product;
      return { product: product.product, findings, quantities, tables, warnings };
    }
    case 'factors':
      return { product: product.product, rank: product.rank, singularValues: product.singularValues };
    case 'signal':
      return {
        product: product.product,
        shape: [...product.navigation, product.spectral].map((axis) => axis.size),
        noise: describeNoise(product.noise),
      };
  }
}

/** "412 kB in 18 files" */
export function describeFiles(sizes: readonly number[]): string {
  return `${formatBytes(sizes.reduce((sum, size) => sum + size, 0))} in ${counted(sizes.length, 'file')}`;
}
