// Accuracy of the phase map against simulated truth. Usage: node bench/accuracy/phase-map.mjs [--seeds 100] [--json FILE]
// Exits 1 when a bar is missed. Reads the built package.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { calibration, studySeed, weightedMatrix } from './study.mjs';

if (isMainThread) await main();
else parentPort.on('message', async (task) => parentPort.postMessage(await studySeed(task)));

async function main() {
  const { values } = parseArgs({ options: { seeds: { type: 'string', default: '100' }, json: { type: 'string' } } });
  const seeds = Number(values.seeds);
  const few = Math.max(2, Math.round(seeds * 0.2));
  const rows = [
    { name: 'dose 100, with the rare phase', tasks: list(seeds, { dose: 100, rare: true }) },
    { name: 'dose 100, nothing rare', tasks: list(seeds, { dose: 100, rare: false }) },
    { name: 'dose 50', tasks: list(few, { dose: 50, rare: true }) },
    { name: 'dose 400', tasks: list(few, { dose: 400, rare: true }) },
    {
      name: 'dose 100, pair differing by 15 % of the Cr it has (3 at.%)',
      tasks: list(few, { dose: 100, rare: true, pairDifference: 0.03 }),
    },
  ];
  const results = await runAll(rows.flatMap(({ tasks }) => tasks));
  let at = 0;
  const table = rows.map(({ name, tasks }) => summarise(name, results.slice(at, (at += tasks.length))));
  console.table(Object.fromEntries(table.map(({ name, ...rest }) => [name, rest])));
  console.log(`results of the first map: ${await calibration()}`);
  const angles = await compareWithNumpy(Math.min(10, seeds));
  const bars = judge(table, angles, seeds);
  for (const { bar, value, met } of bars) console.log(`${met ? 'met   ' : 'MISSED'} ${bar}: ${value}`);
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ table, angles, bars }, null, 2)}\n`);
  process.exitCode = bars.every(({ met }) => met) ? 0 : 1;
}

function list(n, parameters) {
  return Array.from({ length: n }, (_, i) => ({ seed: i + 1, parameters }));
}

function runAll(tasks) {
  const results = new Array(tasks.length);
  let next = 0;
  let done = 0;
  const lanes = Array.from({ length: Math.min(availableParallelism(), tasks.length) }, () => {
    const worker = new Worker(new URL(import.meta.url));
    return new Promise((finish, fail) => {
      let current;
      const feed = () => {
        if (next >= tasks.length) return worker.terminate().then(finish);
        current = next++;
        worker.postMessage(tasks[current]);
      };
      worker.on('error', fail);
      worker.on('message', (result) => {
        results[current] = result;
        if (++done % 25 === 0) console.error(`${done} of ${tasks.length} maps`);
        feed();
      });
      feed();
    });
  });
  return Promise.all(lanes).then(() => results);
}

function summarise(name, results) {
  const mean = (pick) => results.reduce((sum, result) => sum + pick(result), 0) / results.length;
  const share = (pick) => mean((result) => (pick(result) ? 1 : 0));
  return {
    name,
    maps: results.length,
    ari: round(mean((r) => r.ari)),
    oracle: round(mean((r) => r.oracle)),
    ariMerged: round(mean((r) => r.ariMerged)),
    oracleMerged: round(mean((r) => r.oracleMerged)),
    pair: round(mean((r) => r.pair)),
    pairOracle: round(mean((r) => r.pairOracle)),
    rightK: round(share((r) => r.rightK)),
    power: round(share((r) => r.found)),
    named: round(share((r) => r.named)),
    falseMaps: round(share((r) => r.falseRegions > 0)),
    gate: round(share((r) => r.gate)),
    erased: round(mean((r) => r.recovered)),
  };
}

function round(value) {
  return Math.round(value * 1e4) / 1e4;
}

/** Largest principal angle to the true phase spectra: ours and that of NumPy's full SVD of the same weighted counts. */
async function compareWithNumpy(n) {
  const folder = mkdtempSync(join(tmpdir(), 'accuracy-'));
  const angles = [];
  try {
    for (let seed = 1; seed <= n; seed++) {
      const { shape, z, truth, ours } = await weightedMatrix(seed);
      writeFileSync(join(folder, 'z.f64'), new Uint8Array(z.buffer));
      writeFileSync(join(folder, 't.f64'), new Uint8Array(truth.buffer));
      const numpy = Number(
        execFileSync(
          '/usr/bin/python3',
          [new URL('./subspace.py', import.meta.url).pathname, folder, ...shape.map(String)],
          {
            encoding: 'utf8',
            env: { ...process.env, OPENBLAS_CORETYPE: undefined, OPENBLAS_L2_SIZE: undefined },
          },
        ),
      );
      angles.push({ seed, ours: round(ours), numpy: round(numpy) });
    }
  } catch (error) {
    if (error.code !== 'ENOENT' && !/No module named/.test(String(error.stderr ?? ''))) throw error;
    console.error('NumPy is not installed: subspace angles are not compared');
    return [];
  } finally {
    rmSync(folder, { recursive: true });
  }
  return angles;
}

function judge([main, clean], angles, seeds) {
  const bars = [
    {
      bar: 'ARI of the map (all 4 phases) at least that of the true spectra − 0.02',
      value: round(main.ari - main.oracle),
      met: main.ari >= main.oracle - 0.02,
    },
    {
      bar: 'ARI with the pair as one, the same',
      value: round(main.ariMerged - main.oracleMerged),
      met: main.ariMerged >= main.oracleMerged - 0.02,
    },
    {
      bar: 'K is the number of bulk phases, or one more with the rare one, in at least 90 %',
      value: main.rightK,
      met: main.rightK >= 0.9,
    },
    { bar: 'power to report the rare phase at least 0.95', value: main.power, met: main.power >= 0.95 },
    {
      bar: 'false regions per map without anything rare at most 5 % (with its sampling error)',
      value: clean.falseMaps,
      met: clean.falseMaps <= 0.05 + 2 * Math.sqrt((0.05 * 0.95) / seeds),
    },
    { bar: 'the residual gate fires on every planted phase', value: main.gate, met: main.gate === 1 },
    {
      bar: 'the residual gate fires on at most 1 % of clean maps (with its sampling error)',
      value: clean.gate,
      met: clean.gate <= 0.01 + 2.33 * Math.sqrt((0.01 * 0.99) / seeds),
    },
    { bar: 'the reconstruction keeps at most 10 % of the rare line', value: main.erased, met: main.erased <= 0.1 },
  ];
  if (angles.length) {
    const excess = Math.max(...angles.map(({ ours, numpy }) => ours - numpy));
    bars.push({
      bar: 'subspace angle no worse than the full SVD of NumPy (largest excess, degrees)',
      value: round(excess),
      met: excess <= 0.05,
    });
  }
  return bars;
}
