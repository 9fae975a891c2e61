// Usage: node spectrail-read.mjs FILE. Opens it, loads the EDS map, prints what was found and the seconds it took, as JSON.
// HyperSpy loads its libraries when it is imported, we when a file needs them: here they are loaded before the clock starts.
const loading = performance.now();
const { open } = await import('../../dist/index.js');
if (process.argv[2].endsWith('.emd')) {
  const { hdf5Library } = await import('../../dist/formats/hdf5/library.js');
  await Promise.all([hdf5Library(), import('../../dist/formats/velox-emd/read.js')]);
} else if (process.argv[2].endsWith('.pts')) await import('../../dist/formats/jeol/read.js');
else await import('../../dist/formats/bruker-bcf/read.js');

const started = performance.now();
const imports = (started - loading) / 1000;
const before = process.cpuUsage();
const { datasets } = await open(process.argv[2]);
const map = datasets.find(({ values }) => values.kind === 'events');
const { channel, count } = await map.values.load();
const seconds = (performance.now() - started) / 1000;
const used = process.cpuUsage(before);
const cpu = (used.user + used.system) / 1e6;
const peak = process.resourceUsage().maxRSS * 1024;
let counts = 0;
let moment = 0;
for (let e = 0; e < count.length; e++) {
  counts += count[e];
  moment += count[e] * channel[e];
}
console.log(JSON.stringify({ seconds, imports, cpu, peak, shape: map.shape, counts, moment }));
