import { OBJECTION_CODES } from '../../plan/objection.ts';
import { html } from '../markup.ts';
import { counted } from '../numbers.ts';
import { table, traced } from '../page-parts.ts';
import type { Report, Section } from '../report.ts';

/** What the plan objected to, and what the recipe overrode with which reason. */
export function objections({ run }: Report): Section {
  const { objections: all, recipe } = run.plan;
  const idle = recipe.overrides.filter(
    (override) => !all.some(({ code, step }) => code === override.code && (!override.step || override.step === step)),
  );
  const overridden = all.filter((objection) => objection.overridden !== undefined).length;
  return {
    id: 'objections',
    title: 'Objections and overrides',
    findings: all.length
      ? [
          html`${counted(all.length, 'objection')} of the plan, ${overridden} overridden: <a href="#objections">see below</a>.`,
        ]
      : [],
    body: html`${
      all.length === 0
        ? html`<p>None.</p>`
        : table(
            [
              { title: 'step' },
              { title: 'objection' },
              { title: 'reason' },
              { title: 'remedy' },
              { title: 'overridden because' },
            ],
            all.map(({ code, severity, step, reason, cite, fix, overridden: why }) => [
              traced(step, step),
              html`<span class="${severity}">${severity}</span> <code>${code}</code><br><span class="note">${OBJECTION_CODES[code]}</span>`,
              html`${reason}${cite && html` <span class="note">${cite}</span>`}`,
              fix,
              why ?? 'not overridden',
            ]),
          )
    }${
      idle.length > 0 &&
      html`<p>Overrides that met no objection:</p><ul>${idle.map(({ code, step, reason }) => html`<li><code>${code}</code>${step && html` at ${step}`}: ${reason}</li>`)}</ul>`
    }`,
  };
}
