import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

// The script draws with what was built, as the documentation does.
const { docFigures } = (await import('../scripts/doc-figures.mjs' as string)) as {
  docFigures: () => Promise<Record<string, string>>;
};

it('the pictures of the documentation are what their script draws', async () => {
  for (const [name, svg] of Object.entries(await docFigures())) {
    expect((await readFile(new URL(`../docs/images/${name}`, import.meta.url), 'utf8')) === `${svg}\n`, name).toBe(
      true,
    );
  }
});
