/** Up to so many standards each is left out alone; of more, groups are. */
const MOST_ALONE = 32;
const GROUPS = 10;

/**
 * What is left out in turn to choose a number of components: each standard once. Up to 32 standards one at a time; of more,
 * every tenth together.
 */
export function leaveOutFolds(standards: number): readonly Int32Array[] {
  const folds = standards <= MOST_ALONE ? standards : GROUPS;
  return Array.from({ length: folds }, (_, f) =>
    Int32Array.from({ length: Math.ceil((standards - f) / folds) }, (_, i) => f + i * folds),
  );
}

/** A further component must lower the error by this part of it. */
const WORTH = 0.01;

/**
 * The number of components, 1 …, from the squared errors of what was left out: the fewest whose error none with more
 * components beats by more than 1 %.
 */
export function fewestComponents(errors: ArrayLike<number>): number {
  let least = Number.POSITIVE_INFINITY;
  for (let a = 0; a < errors.length; a++) if (errors[a] < least) least = errors[a];
  for (let a = 0; a < errors.length; a++) if (errors[a] <= (1 + WORTH) * least) return a + 1;
  return 1;
}
