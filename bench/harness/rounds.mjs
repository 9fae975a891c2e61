/**
 * Measures sides against each other: each once to warm up, then `runs` rounds in which all take turns, every other round
 * backwards. A side is `{ name, ours, runtime, start }`. Peak memory is that of the first run, so that a process that stays
 * is not charged for what repeating it leaves behind.
 * @throws Error when a side gives other results than the time before.
 */
export async function takeTurns(sides, { runs, warmUp, say }) {
  const measured = [];
  try {
    for (const { start, ...about } of sides) {
      say(`${describe(about)}: starts`);
      measured.push({ about, side: await start(), seconds: [] });
    }
    if (warmUp) {
      for (const one of measured) say(`${describe(one.about)}: ${(await run(one)).toFixed(2)} s to warm up`);
    }
    for (let round = 0; round < runs; round++) {
      for (const one of round % 2 === 0 ? measured : [...measured].reverse()) one.seconds.push(await run(one));
      say(`round ${round + 1} of ${runs}`);
    }
  } finally {
    for (const { side } of measured) await side.end();
  }
  return measured.map(({ about, seconds, peakBytes, facts }) => ({ ...about, seconds, peakBytes, ...facts }));
}

async function run(one) {
  const { seconds, peakBytes, ...facts } = await one.side.run();
  if (!one.facts) Object.assign(one, { peakBytes, facts });
  if (JSON.stringify(facts.hashes) !== JSON.stringify(one.facts.hashes)) {
    throw new Error(`${describe(one.about)}: its results differ from run to run`);
  }
  return seconds;
}

function describe({ name, runtime }) {
  return runtime ? `${name} (${runtime})` : name;
}
