// Our side: the same lines by the rows of the dataset, into memory that is used again, as engines read them.
import { open } from '../../dist/index.js';
import { LentMemory } from '../../dist/signal/lent-memory.js';
import { contend } from '../harness/contender.mjs';

await contend(async ({ path, shape: [height, width], lines }) => {
  const openRows = async () => (await open(path)).datasets[0].values.rows;
  await openRows();
  // For all rounds, as the allocator behind NumPy keeps what it was given back.
  const memory = new LentMemory();
  return async () => {
    let [seconds, cpu, sum] = [0, 0, 0];
    const timed = async (work) => {
      const [began, used] = [performance.now(), process.cpuUsage()];
      const result = await work();
      const { user, system } = process.cpuUsage(used);
      cpu += (user + system) / 1e6;
      seconds += (performance.now() - began) / 1000;
      return result;
    };
    const rows = await timed(openRows);
    for (let start = 0; start < height; start += lines) {
      await memory.during(async (lend) => {
        const block = await timed(() => rows.read(start * width, Math.min(height, start + lines) * width, lend));
        for (let i = 0; i < block.values.length; i++) sum += block.values[i];
      });
    }
    return { seconds, cpu, hashes: { sum } };
  };
});
