// One side of a comparison, as a process: prepares once, then answers every line it is sent with one run, as a line of JSON.
import { createInterface } from 'node:readline';

/**
 * `prepare` gets the options the bench was given and returns the run: a function whose answer holds the `seconds` of the
 * computation alone, and whatever else the bench wants to know.
 */
export async function contend(prepare) {
  const run = await prepare(JSON.parse(process.argv[2]));
  answer({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'end') break;
    answer(await run());
  }
  process.exit(0);
}

function answer(facts) {
  process.stdout.write(`${JSON.stringify(facts)}\n`);
}
