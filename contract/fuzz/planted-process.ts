// What one-format.ts is, for formats with planted faults.
import '../laws/allocations.ts';

const { PLANTED, PLANTED_SAMPLES } = await import('./planted-formats.ts');
const { tryInputs } = await import('./trial.ts');
const task = JSON.parse(process.argv[2]);
const { entry, format } = PLANTED[task.format as keyof typeof PLANTED];
await tryInputs(entry, format, PLANTED_SAMPLES, task);
process.exit();
