import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OBJECTION_CODES } from '../src/plan/objection.ts';
import { blocksOf, type Example, examplesOf, printsLike } from './docs-blocks.ts';
import { type Outcome, REPOSITORY, Workshop } from './docs-workshop.ts';

const PAGES = [
  'README.md',
  ...readdirSync(join(REPOSITORY, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** UPDATE_DOCS=1: puts what is printed now in the place of what the page says; lines with a `…` that still hold stay. */
const UPDATE = process.env.UPDATE_DOCS === '1';

function pageText(page: string): string {
  return readFileSync(join(REPOSITORY, page), 'utf8');
}

function titleOf({ kind, block }: Example): string {
  const [first] = block.text.trim().split('\n');
  return `line ${block.line}: ${kind === 'run' ? first : `${kind}s ${block.options.file ?? block.options.insert}`}`;
}

function compare(page: string, { block, output }: Extract<Example, { kind: 'run' }>, outcome: Outcome): void {
  const wanted = Number(block.options.exit ?? 0);
  expect(outcome.code, `${outcome.stdout}\n${outcome.stderr}`).toBe(wanted);
  if (!output || printsLike(output.text, outcome.stdout)) return;
  if (UPDATE && !/^…$/m.test(output.text)) {
    const kept = output.text.split('\n').filter((line) => line.includes('…'));
    const lines = outcome.stdout.trim().split('\n');
    const printed = lines.map((line) => kept.find((known) => printsLike(known, line)) ?? line.trimEnd()).join('\n');
    writeFileSync(
      join(REPOSITORY, page),
      pageText(page).replace(output.text, () => `${printed}\n`),
    );
    return;
  }
  expect(outcome.stdout).toBe(output.text);
}

for (const page of PAGES) {
  const examples = examplesOf(pageText(page));
  if (examples.length === 0) continue;
  describe(page, () => {
    let workshop: Workshop | undefined;
    for (const example of examples) {
      it(`${titleOf(example)}: does what the page says`, { timeout: 300_000 }, async () => {
        workshop ??= new Workshop(examples);
        if (example.kind === 'run') compare(page, example, await workshop.run(example));
        else workshop.write(example);
      });
    }
  });
}

describe('the documentation', () => {
  it.each(PAGES)('%s links only to what exists', (page) => {
    const links = [...pageText(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);
    const local = links.filter((target) => !/^[a-z]+:/.test(target));
    const missing = local.filter((target) => {
      const [path, anchor] = target.split('#');
      const file = path === '' ? join(REPOSITORY, page) : join(REPOSITORY, dirname(page), path);
      if (!existsSync(file)) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(file, 'utf8')).includes(anchor);
    });
    expect(missing).toEqual([]);
  });

  it('explains every objection the plan can raise, and no other', () => {
    const rows = pageText('docs/recipes-and-plans.md').matchAll(
      /^\| `([a-z0-9-]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm,
    );
    const explained = Object.fromEntries([...rows].map(([, code, meaning]) => [code, meaning.trim()]));
    expect(explained).toEqual(OBJECTION_CODES);
  });

  it('has a step reference that says what the steps say', () => {
    const script = join(REPOSITORY, 'scripts/make-step-docs.mjs');
    const made = execFileSync(process.execPath, [script, '--print'], { encoding: 'utf8' });
    expect(pageText('docs/steps.md')).toBe(made);
  });

  it('marks every program and shell block as run, or says why not', () => {
    const unmarked = PAGES.flatMap((page) =>
      blocksOf(pageText(page))
        .filter(({ language, words, options }) => {
          const code = ['ts', 'js', 'sh', 'bash'].includes(language);
          return code && !words.some((word) => ['run', 'not-run'].includes(word)) && !options.file && !options.insert;
        })
        .map(({ line }) => `${page}:${line}`),
    );
    expect(unmarked).toEqual([]);
  });
});

/** Anchors of headings, as code hosts make them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

describe('the reading of printed output', () => {
  it('lets … stand for anything on its line', () => {
    expect(printsLike('done in … s\n', 'done in 12 s\n')).toBe(true);
    expect(printsLike('done in … s\n', 'done in\n12 s\n')).toBe(false);
  });

  it('lets a line of … stand for any lines', () => {
    expect(printsLike('first\n…\nlast\n', 'first\na\nb\nlast')).toBe(true);
    expect(printsLike('first\n…\nlast\n', 'first\na\nb\nother')).toBe(false);
  });

  it('tells a wrong number from the right one', () => {
    expect(printsLike('σ = 1.5', 'σ = 1.6')).toBe(false);
  });
});
