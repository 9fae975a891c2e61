import { axisValue } from '../../signal/axis.ts';
import type { PlainTree } from '../../signal/dataset.ts';
import { describeIntensity } from '../../signal/intensity.ts';
import { describeMask } from '../../signal/mask.ts';
import { modality } from '../../signal/modality.ts';
import { describeNoise } from '../../signal/noise.ts';
import type { Signal } from '../../signal/signal.ts';
import { termOf } from '../../signal/vocabulary.ts';
import { wantedConditions } from '../../signal/wanted-conditions.ts';
import { html, join, type Markup } from '../markup.ts';
import { counted, formatBytes, formatNumber } from '../numbers.ts';
import { describeNavigation, formatBand } from '../origin-axes.ts';
import { table, traced } from '../page-parts.ts';
import type { Report, ReportSignal } from '../report.ts';

const MOST_CONDITIONS = 12;
/** Said by the other columns, or of the file and not of the measurement. */
const SAID_ELSEWHERE = new Set(['signal_type', 'record_by', 'quantity', 'original_filename', 'title', 'name']);

/** What was asked, of what, and what came out. */
export function head(report: Report, findings: readonly Markup[]): Markup {
  const { run, inputs, software } = report;
  const { recipe, nodes } = run.plan;
  return html`<header>
    <p class="kicker">Spectrail report</p>
    <h1>${recipe.title}</h1>
    ${recipe.description && html`<p class="lead">${recipe.description}</p>`}
    <div class="findings"><h2>Findings</h2>
    ${findings.length ? html`<p>${join(findings, ' ')}</p>` : html`<p>The run left nothing to report but its trail.</p>`}</div>
    <p>Asked: ${join(
      nodes.map(({ id, step }) => traced(id, step.title.toLowerCase())),
      ' → ',
    )}.</p>
    ${table([{ title: 'input' }, { title: 'data' }, { title: 'values' }, { title: 'conditions' }, { title: 'file' }], inputs.map(inputRow))}
    <p class="note">Spectrail ${software.spectrail}, ${software.runtime}, engine ${software.engine}, seed ${recipe.seed}. Every number
    leads to its entry in the <a href="#trail">trail</a>; ± is one standard uncertainty.</p>
  </header>`;
}

function inputRow({ name, signal, file }: ReportSignal): (string | Markup)[] {
  const { spectral, navigation, intensity, noise, mask, title } = signal;
  const range =
    spectral.size > 1
      ? `, ${formatBand([axisValue(spectral, 0), axisValue(spectral, spectral.size - 1)], spectral)}`
      : '';
  const masked = describeMask(mask);
  return [
    traced(name, name),
    html`${title && html`<b>${title}</b><br>`}${modality(signal.modality).title}<br>${describeNavigation(navigation)}, ${counted(spectral.size, 'channel')}${range}`,
    html`${describeIntensity(intensity)}<br>${describeNoise(noise)}${masked && html`<br>masked: ${masked}`}`,
    html`${join(conditionsOfSignal(signal), html`<br>`)}`,
    file ? html`${file.name.split(/[\\/]/).at(-1)}<br>${formatBytes(file.bytes)}` : 'made in memory',
  ];
}

/** What the modality asks for, as the file says it, then what else it says, and last what it does not say. */
function conditionsOfSignal({ modality: id, metadata }: Signal): string[] {
  const { known, unknown } = wantedConditions(id, metadata);
  const wanted = known.map(({ name, value, unit }) => {
    const text = typeof value === 'number' ? formatNumber(value, 4) : String(value);
    return `${name}: ${text}${unit ? `\u00a0${unit}` : ''}`;
  });
  const said = new Set(known.map(({ path }) => path));
  const others = conditions(Object.fromEntries(Object.entries(metadata).filter(([key]) => !said.has(key))));
  const missing = unknown.length > 0 ? [`unknown: ${unknown.map(({ name }) => name).join(', ')}`] : [];
  return [...wanted, ...others, ...missing];
}

/** Plain entries of the metadata, `beam_energy_keV` as "beam energy: 200 keV". */
function conditions(metadata: PlainTree): string[] {
  return Object.entries(metadata)
    .flatMap(([key, value]) => {
      if (SAID_ELSEWHERE.has(key)) return [];
      if (typeof value !== 'number' && typeof value !== 'string') return [];
      const { name, unit } = splitUnit(key);
      const text =
        typeof value === 'number' ? formatNumber(value, 4) : value.length > 60 ? `${value.slice(0, 60)}…` : value;
      return [`${name}: ${text}${unit && typeof value === 'number' ? `\u00a0${unit}` : ''}`];
    })
    .slice(0, MOST_CONDITIONS);
}

function splitUnit(key: string): { name: string; unit: string } {
  const unit = termOf(key)?.unit ?? '';
  const name = unit ? key.replace(/_(?:keV|eV|kV|mA|nA|mrad|s|mm|nm|K|MHz|deg|angstrom)$/, '') : key;
  return { name: name.replaceAll('_', ' '), unit };
}
