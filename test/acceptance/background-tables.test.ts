import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { METHODS as BASELINES, baselineStudy, LINES } from './baseline-study.ts';
import { METHODS as BACKGROUNDS, detectionStudy, SHARES } from './detection-study.ts';

/** Where the tables of docs/backgrounds.md go: they take minutes. See bench/accuracy/backgrounds.mjs. */
const INTO = process.env.SPECTRAIL_BACKGROUND_TABLES;

const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]) =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
const percent = (value: number, digits = 1) => (100 * value).toFixed(digits);

it.runIf(INTO)('tables of backgrounds', async () => {
  const parts: string[] = [];
  for (const lines of Object.keys(LINES) as (keyof typeof LINES)[]) {
    const study = baselineStudy({ spectra: 100, lines });
    const names = Object.keys(BASELINES);
    for (const [what, of] of [
      ['error of a line’s area, %', 'area'],
      ['error of a line’s height, median, %', 'height'],
    ] as const) {
      const rows = study.map(({ shape, ratio, scores }) => [
        shape,
        ratio,
        ...names.map((name) => percent(scores[name][of])),
      ]);
      parts.push(`${lines}: ${what}`, table(['fluorescence', 'height over noise', ...names], rows));
    }
  }
  const rows: (string | number)[][] = [];
  for (const field of ['smooth', 'interface'] as const) {
    for (const fit of [
      [440, 520],
      [480, 520],
    ] as const) {
      for (const counts of [5, 20, 100]) {
        const found = await detectionStudy({ side: 48, counts, fit, maps: 2, field });
        for (const name of Object.keys(BACKGROUNDS)) {
          const { bias, scatter, limit, areas } = found[name];
          rows.push([
            field,
            fit.join('–'),
            counts,
            name,
            percent(bias, 2),
            scatter.toFixed(2),
            ...areas.map((area) => area.toFixed(3)),
            percent(limit),
            (found['power law'].limit / limit).toFixed(2),
          ]);
        }
      }
    }
  }
  const head = ['map', 'fit, eV', 'counts', 'background', 'bias, %', 'scatter, √N'];
  parts.push(table([...head, ...SHARES.map((share) => `area at ${percent(share)} %`), 'limit, %', 'gain'], rows));
  writeFileSync(INTO ?? '', `${parts.join('\n\n')}\n`);
  expect(rows.length).toBeGreaterThan(0);
});
