import { axisValues } from '../../signal/axis.ts';
import { uncertainty } from '../../signal/quantity.ts';
import type { Anomalies, Region } from '../../steps/products.ts';
import { spectrum } from '../figures/spectrum.ts';
import { type LineLabel, lineLabels } from '../line-labels.ts';
import { html, type Markup } from '../markup.ts';
import { counted } from '../numbers.ts';
import { formatBand, spectralColumn, spectralLabel } from '../origin-axes.ts';
import { csv } from '../output.ts';
import { traced } from '../page-parts.ts';
import { elementsFound, type Result, type Results } from '../report.ts';

const MOST_SPECTRA = 8;
/** Few counts in many channels are a fence; joined channels are a spectrum. */
const POINTS = 256;
const COUNTS = '#1c2127';
const MODEL = '#0072b2';

/** Counts against model: the whole axis with channels joined, and around the band channel by channel. */
export function regionSpectra(report: Results, result: Result<'anomalies'>): Markup | undefined {
  const { regions } = result.product;
  if (regions.length === 0) return undefined;
  const ordered = [...regions].sort((a, b) => Number(b.status === 'confirmed') - Number(a.status === 'confirmed'));
  const shown = ordered.slice(0, MOST_SPECTRA);
  return html`<h3>Region spectra</h3>
    ${shown.map((region) => regionPair(report, result, region))}
    ${shown.length < regions.length && html`<p class="note">Spectra of ${shown.length} of ${regions.length} regions, confirmed ones first; all are in region-spectra.csv.</p>`}`;
}

function regionPair(report: Results, { node, product }: Result<'anomalies'>, region: Region): Markup {
  const { spectral } = product;
  const x = axisValues(spectral);
  const join = Math.max(1, Math.floor(x.length / POINTS));
  const common = { xLabel: spectralLabel(product), band: region.band };
  const suggested = lineLabels(
    region.suggestions.slice(0, 3).map(({ element }) => element),
    product,
  );
  const explained = lineLabels(elementsFound(report), product).map((label) => ({
    ...label,
    priority: label.priority / 2,
  }));
  const whole = report.figures.wide(`${node.id}-region-${region.id}`, 640, (width) =>
    spectrum({
      ...common,
      width,
      height: 190,
      x: joined(x, join).map((sum) => sum / join),
      yLabel: join > 1 ? `counts per ${join} channels` : 'counts per channel',
      scale: 'sqrt',
      traces: traces(joined(region.counts, join), joined(region.model, join)),
      labels: distinct([...explained, ...suggested]),
      alt: `Counts and model of region ${region.id}, square-root scale`,
    }),
  );
  const near = report.figures.wide(`${node.id}-region-${region.id}-band`, 440, (width) =>
    spectrum({
      ...common,
      width,
      height: 190,
      x,
      yLabel: 'counts per channel',
      scale: 'linear',
      view: around(region.band, x),
      traces: traces(region.counts, region.model),
      labels: distinct([...explained, ...suggested]),
      alt: `Counts and model of region ${region.id} around the band of its excess`,
    }),
  );
  return html`<div class="component"><h4>Region ${region.id} <small>${traced(node.id, counted(region.pixels.length, 'pixel'))},
    ${region.status}, excess in ${traced(node.id, formatBand(region.band, spectral))} (shaded)</small></h4>
    <div class="pair even">${whole}${near}</div></div>`;
}

function traces(counts: Float64Array, model: Float64Array) {
  const error = model.map((expected) => Math.sqrt(Math.max(expected, 0)));
  return [
    { y: model, colour: MODEL, error, name: 'model ± √model' },
    { y: counts, colour: COUNTS, step: true, name: 'counts' },
  ];
}

function joined(values: Float64Array, channels: number): Float64Array {
  if (channels === 1) return values;
  const out = new Float64Array(Math.floor(values.length / channels));
  for (let i = 0; i < out.length * channels; i++) out[Math.floor(i / channels)] += values[i];
  return out;
}

function around([low, high]: readonly [number, number], x: Float64Array): [number, number] {
  const middle = (low + high) / 2;
  const channel = x.length > 1 ? Math.abs(x[x.length - 1] - x[0]) / (x.length - 1) : 1;
  const half = Math.max((high - low) * 3.5, channel * 20);
  return [middle - half, middle + half];
}

function distinct(labels: readonly LineLabel[]): LineLabel[] {
  return [...new Map(labels.map((label) => [label.text, label])).values()];
}

export function regionsCsv({ regions, spectral }: Anomalies): string {
  const unit = spectral.unit || 'channel';
  return csv(
    [
      'id',
      'status',
      'pixels',
      'centre_row',
      'centre_column',
      `band_low_${unit}`,
      `band_high_${unit}`,
      'observed_counts',
      'observed_sigma',
      'expected_counts',
      'family_wise_p',
      'suggestions',
      'pixel_numbers',
    ],
    regions.map(({ id, status, pixels, centre, band, observed, expected, pValue, suggestions }) => [
      id,
      status,
      pixels.length,
      centre[0],
      centre[1],
      band[0],
      band[1],
      observed.value,
      uncertainty(observed),
      expected,
      pValue,
      suggestions.map(({ element, line }) => `${element} (${line})`).join('; '),
      pixels.join(' '),
    ]),
  );
}

export function regionSpectraCsv({ regions, spectral }: Anomalies): string {
  return csv(
    [spectralColumn(spectral), ...regions.flatMap(({ id }) => [`region_${id}_counts`, `region_${id}_model`])],
    Array.from(axisValues(spectral), (position, j) => [
      position,
      ...regions.flatMap(({ counts, model }) => [counts[j], model[j]]),
    ]),
  );
}
