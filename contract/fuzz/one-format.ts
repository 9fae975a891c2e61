// The process of one format in a campaign; its task is its only argument.
import '../laws/allocations.ts';

// Only now, when all allocations are weighed.
const { FORMATS } = await import('../../src/formats/registry.ts');
const { tryFormat } = await import('./trial.ts');
await tryFormat(FORMATS, JSON.parse(process.argv[2]));
process.exit();
