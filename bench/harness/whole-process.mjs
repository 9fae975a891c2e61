import { spawn } from 'node:child_process';
import { peakMemory } from './peak-memory.mjs';

/** The high-water mark only grows; what is missed is what happens in the last of these. */
const LOOK_EVERY_MS = 20;

/**
 * Runs a program from start to exit: seconds, peak resident memory, and what it printed. Threads are part of the process.
 * @throws Error with the end of what it said when it ends with a code that is not among `codes`.
 */
export async function runProcess([program, ...args], { env, codes = [0] } = {}) {
  const began = performance.now();
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  let peakBytes;
  const look = setInterval(() => {
    peakBytes = peakMemory(child.pid) ?? peakBytes;
  }, LOOK_EVERY_MS);
  try {
    const code = await new Promise((exited, failed) => {
      child.on('error', failed);
      child.on('close', exited);
    });
    const seconds = (performance.now() - began) / 1000;
    if (!codes.includes(code))
      throw new Error(`${program} ${args.join(' ')} ended with ${code}\n${stderr().slice(-2000)}`);
    return { seconds, peakBytes, stdout: stdout() };
  } finally {
    clearInterval(look);
  }
}

function collect(stream) {
  const parts = [];
  stream.on('data', (part) => parts.push(part));
  return () => Buffer.concat(parts).toString('utf8');
}
