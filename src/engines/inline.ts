import { runJob } from '../shapes/job.ts';
import type { ShapeResolver } from '../shapes/shape.ts';
import type { Engine } from './engine.ts';

/** Everything in the calling thread, one job after the other. */
export function inlineEngine(resolve: ShapeResolver): Engine {
  return {
    name: 'inline',
    lanes: 1,
    async runPass(pass, jobs, done) {
      for (let index = 0; index < jobs.length; index++) done(index, await runJob(pass, await jobs[index](), resolve));
    },
    async close() {},
  };
}
