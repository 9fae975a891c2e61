import type { Metadata } from '../signal/dataset.ts';
import { plainNumber } from './plain-number.ts';

/** How an entry of a header is called in the common vocabulary. */
export interface Condition {
  readonly entry: string;
  readonly key: string;
  readonly kind: 'text' | 'number' | 'positive';
  /** From the unit of the file to that of the key. */
  readonly factor?: number;
}

/**
 * The conditions that a header of texts holds. Empty texts, numbers that are none, and numbers that mean nothing unless
 * they are above 0 are absent.
 */
export function readConditions(
  conditions: readonly Condition[],
  entryOf: (entry: string) => string | undefined,
): Metadata {
  const metadata: Metadata = Object.create(null);
  for (const { entry, key, kind, factor = 1 } of conditions) {
    const text = entryOf(entry)?.trim() ?? '';
    if (kind === 'text' && text !== '') metadata[key] = text;
    const value = kind === 'text' ? undefined : plainNumber(text);
    if (value !== undefined && (kind === 'number' || value > 0)) metadata[key] = value * factor;
  }
  return metadata;
}
