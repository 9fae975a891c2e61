import { QUIET, waitForQuiet } from './quiet.mjs';

/**
 * Measures sides against each other: each once to warm up, then `runs` rounds in which all take turns, every other round
 * backwards. A side is `{ name, ours, runtime, start }`. Peak memory is that of the first run, so that a process that stays
 * is not charged for what repeating it leaves behind. A run waits for others to be quiet, and is repeated when they were
 * not, for at most `patience` seconds.
 * @throws Error when a side gives other results than the time before.
 */
export async function takeTurns(sides, { runs, warmUp, patience, say }) {
  const measured = [];
  try {
    for (const { start, ...about } of sides) {
      say(`${describe(about)}: starts`);
      measured.push({ about, side: await start(), seconds: [], others: 0 });
    }
    if (warmUp) {
      for (const one of measured) say(`${describe(one.about)}: ${(await run(one)).seconds.toFixed(2)} s to warm up`);
    }
    for (let round = 0; round < runs; round++) {
      for (const one of round % 2 === 0 ? measured : [...measured].reverse()) {
        const { seconds, others } = await runInQuiet(one, patience);
        one.seconds.push(seconds);
        one.others = Math.max(one.others, others);
      }
      say(`round ${round + 1} of ${runs}`);
    }
  } finally {
    for (const { side } of measured) await side.end();
  }
  return measured.map(({ about, seconds, others, peakBytes, facts }) => ({
    ...about,
    seconds,
    others: Math.round(others * 100) / 100,
    peakBytes,
    ...facts,
  }));
}

async function runInQuiet(one, patience) {
  const began = performance.now();
  for (;;) {
    const left = () => patience - (performance.now() - began) / 1000;
    await waitForQuiet(left());
    const result = await run(one);
    if (!(result.others > QUIET) || left() <= 0) return result;
  }
}

async function run(one) {
  const { seconds, others, peakBytes, ...facts } = await one.side.run();
  one.peakBytes ??= peakBytes;
  if (one.facts && JSON.stringify(facts.hashes) !== JSON.stringify(one.facts.hashes)) {
    throw new Error(`${describe(one.about)}: its results differ from run to run`);
  }
  one.facts = facts;
  return { seconds, others };
}

function describe({ name, runtime }) {
  return runtime ? `${name} (${runtime})` : name;
}
