import type { Draw, Figures } from './figure-book.ts';
import type { AnyResult } from './report.ts';
import { productSections } from './sections/index.ts';

/**
 * Draws what the results that are there will need, one figure at a time, while the run goes on: the caller's thread has time
 * then, and none to lose once everything is found.
 * @returns figures of one size by name, as {@link buildReport} takes them; those that were left when `enough` was said
 * are missing
 */
export async function drawAhead(
  results: readonly AnyResult[],
  enough: AbortSignal,
): Promise<Map<string, string | undefined>> {
  const list = new FigureList();
  productSections({ results, figures: list });
  const drawn = new Map<string, string | undefined>();
  for (const [name, draw] of list.fixedOnes) {
    await nextTurn();
    if (enough.aborted) break;
    drawn.set(name, draw());
  }
  return drawn;
}

/** Figures as they are asked for, none of them drawn. */
class FigureList implements Figures {
  readonly fixedOnes = new Map<string, Draw>();

  fixed(name: string, draw: Draw): undefined {
    this.fixedOnes.set(name, draw);
  }

  /** Spectra name lines of elements, and the results to come may add some. */
  wide(): undefined {}
}

/** Messages that wait are met first. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve);
  });
}
