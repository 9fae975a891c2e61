import type { Metadata } from './dataset.ts';
import { type ModalityId, modality, type WantedCondition } from './modality.ts';
import { type Condition, conditionOf } from './vocabulary.ts';

export interface KnownCondition extends Condition {
  /** In words: "beam energy". */
  readonly name: string;
}

/** What a modality asks of a file: what it says, in the unit of the vocabulary, and what it does not. */
export interface ConditionsFound {
  readonly known: readonly KnownCondition[];
  readonly unknown: readonly WantedCondition[];
}

/** Zero is taken for "never set" where it cannot be: no beam has no energy. */
export function wantedConditions(id: ModalityId, metadata: Metadata): ConditionsFound {
  const known: KnownCondition[] = [];
  const unknown: WantedCondition[] = [];
  for (const wanted of modality(id).conditions) {
    const found = wanted.keys
      .map((key) => conditionOf(metadata, key))
      .find((condition) => condition !== undefined && (!wanted.positive || Number(condition.value) > 0));
    if (found) known.push({ name: wanted.name, ...found });
    else unknown.push(wanted);
  }
  return { known, unknown };
}
