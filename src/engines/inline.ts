import { runJob } from '../shapes/job.ts';
import { plainMemory } from '../shapes/per-pixel.ts';
import type { ShapeResolver } from '../shapes/shape.ts';
import { LentMemory } from '../signal/lent-memory.ts';
import type { Engine } from './engine.ts';

/** The caller's event loop runs at least this often, so that it can draw, count and be interrupted. */
const LONGEST_BREATH_MS = 50;

/** Everything in the calling thread, one job after the other. */
export function inlineEngine(resolve: ShapeResolver): Engine {
  return {
    name: 'inline',
    lanes: 1,
    allocate: plainMemory,
    async runPass(pass, jobs, done) {
      const memory = new LentMemory();
      let breath = performance.now();
      for (let index = 0; index < jobs.length; index++) {
        const job = await jobs[index]();
        done(index, await memory.during((lend) => runJob(pass, job, resolve, lend)));
        if (performance.now() - breath < LONGEST_BREATH_MS) continue;
        await new Promise((next) => setTimeout(next, 0));
        breath = performance.now();
      }
    },
    async close() {},
  };
}
