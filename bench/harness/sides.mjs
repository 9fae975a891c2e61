// The sides of a comparison, each with `run()` → { seconds, peakBytes, others, … }, `others` being the
// share of the machine that was taken by other work meanwhile, and `end()`.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { peakMemory } from './peak-memory.mjs';
import { watchOthers } from './quiet.mjs';
import { runProcess } from './whole-process.mjs';

/** A side that is a whole process every time. `command` gets the number of the run. */
export function processSide({ command, env, read = () => ({}), after }) {
  let runs = 0;
  return {
    async run() {
      const number = runs++;
      const others = watchOthers(process.pid);
      const { seconds, peakBytes, stdout } = await runProcess(command(number), { env });
      const share = others();
      const facts = await read(stdout, number);
      await after?.(number);
      return { seconds, peakBytes, others: share, ...facts };
    },
    async end() {},
  };
}

/** A side that stays, with its data loaded, and times its own computation: a program that calls `contend`. */
export async function residentSide({ command: [program, ...args], options, env }) {
  const child = spawn(program, [...args, JSON.stringify(options)], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (part) => {
    said = `${said}${part}`.slice(-2000);
  });
  const exited = new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', done);
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    for (;;) {
      const { done, value } = await answers.next();
      if (done) throw new Error(`${program} ${args.join(' ')} ended with ${await exited}\n${said}`);
      if (value.startsWith('{')) return JSON.parse(value);
    }
  };
  child.stdin.on('error', () => {});
  await next();
  return {
    async run() {
      const others = watchOthers(child.pid);
      child.stdin.write('run\n');
      const facts = await next();
      return { ...facts, peakBytes: peakMemory(child.pid), others: others() };
    },
    async end() {
      child.stdin.end('end\n');
      await exited;
    },
  };
}
