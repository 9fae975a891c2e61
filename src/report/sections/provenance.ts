import { html, type Markup } from '../markup.ts';
import { formatBytes } from '../numbers.ts';
import type { Report, Section } from '../report.ts';
import { recipeYaml } from '../trail.ts';

const SHORT_HASH = 12;

/** The recipe as run, and the trail every number of the page leads to. */
export function provenance(report: Report): Section {
  const { run, inputs } = report;
  return {
    id: 'trail',
    title: 'Recipe and trail',
    body: html`
      <p>The recipe as run (recipe.yaml), every parameter spelled out:</p>
      <pre>${recipeYaml(report)}</pre>
      <h3>Trail</h3>
      <p class="note">Hashes are SHA-256 of the results, here their first ${SHORT_HASH} digits; trail.json has them whole. The same
      inputs, recipe and version give the same hashes with any number of threads.</p>
      <div class="scroll"><table class="trail"><thead><tr><th>node</th><th>step</th><th>reads</th><th>parameters</th><th>hash</th><th>notes</th></tr></thead><tbody>
      ${inputs.map(({ name, signal, file }) => html`<tr id="trail-${name}"><td><b>${name}</b></td><td>input</td><td>${file ? `${file.name}, ${formatBytes(file.bytes)}` : 'made in memory'}</td><td>${signal.title}</td><td>${file && shortHash(file.sha256)}</td><td></td></tr>\n`)}
      ${run.trail.map(({ id, use, version, params, inputs: from, hash, notes, added }) => html`<tr id="trail-${id}"><td><b>${id}</b></td><td>${use}<br><span class="note">version ${version}</span></td><td>${Object.entries(from).map(([key, node], i) => html`${i > 0 && html`<br>`}${key}: <a class="t" href="#trail-${node}">${node}</a>`)}</td><td>${parameters(params)}</td><td>${shortHash(hash)}</td><td>${added && html`added by the plan: ${added}<br>`}${notes.map((note, i) => html`${i > 0 && html`<br>`}${note}`)}</td></tr>\n`)}
      </tbody></table></div>`,
  };
}

function shortHash(hash: string): Markup {
  return html`<code title="${hash}">${hash.slice(0, SHORT_HASH)}</code>`;
}

const LONGEST = 80;

function parameters(params: unknown): Markup {
  const entries = Object.entries((params ?? {}) as Record<string, unknown>);
  return html`${entries.map(([key, value], i) => {
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'unset');
    return html`${i > 0 && html`<br>`}${key}: ${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}`;
  })}`;
}
