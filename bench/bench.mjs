// Speed and memory against peers: `npm run bench -- [names] [options]`, see docs/performance.md. Reads the built package.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { calibration } from './accuracy/study.mjs';
import { CASE_NAMES, loadCase } from './harness/cases.mjs';
import { machineFacts, machineName } from './harness/machine.mjs';
import { filledPage, machineLines, PAGE, resultsOfPage } from './harness/page.mjs';
import { compareResults, readResults, saveResults } from './harness/results.mjs';
import { workbench } from './harness/workbench.mjs';

const HELP = `npm run bench -- [names] [options]

names            ${CASE_NAMES.join(' ')} (default: all but memory)
--quick          small maps and one round, to see that everything runs
--no-peers       only ours
--runs N         rounds (default 5)
--threads N      for ours and for the peers (default 2)
--patience S     seconds that a run may wait, or be repeated, until other work leaves the machine alone (default 60)
--node PATH      another Node to run ours under, beside this one; repeatable
--python PATH    of the peers (default /usr/bin/python3)
--data DIR       keep simulated data here and use what is there
--format NAME    ending of the map that the report starts from (default spectrail)
--results FILE   (default bench/results/<machine>.json)
--from FILE      take results from this file instead of measuring
--compare        against the results file: what became slower or larger; exit code 1 for a regression
--margin SHARE   by how much a ratio must fall to be a regression (default 0.15)
--save           put what was measured into the results file
--write-docs     fill the tables of docs/performance.md from the results file
--check-docs     exit code 1 when they are not what the results file that the page names says`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean' },
    quick: { type: 'boolean' },
    'no-peers': { type: 'boolean' },
    runs: { type: 'string' },
    threads: { type: 'string' },
    patience: { type: 'string' },
    node: { type: 'string', multiple: true },
    python: { type: 'string', default: '/usr/bin/python3' },
    data: { type: 'string' },
    format: { type: 'string', default: 'spectrail' },
    results: { type: 'string' },
    from: { type: 'string' },
    compare: { type: 'boolean' },
    margin: { type: 'string', default: '0.15' },
    save: { type: 'boolean' },
    'write-docs': { type: 'boolean' },
    'check-docs': { type: 'boolean' },
  },
});

const machine = machineFacts();
const resultsPath = values.results ?? fileURLToPath(new URL(`./results/${machineName(machine)}.json`, import.meta.url));

if (values.help) console.log(HELP);
else if (values['check-docs']) await checkDocs();
else await main();

async function main() {
  const unknown = positionals.filter((name) => !CASE_NAMES.includes(name));
  if (unknown.length) throw new Error(`no bench is called ${unknown.join(', ')}\n${HELP}`);
  if (values.quick && values.save) throw new Error('--quick measures nothing worth saving');
  const measured = values.from ? readResults(values.from) : await measureAll();
  if (values.compare)
    report(compareResults(readResults(resultsPath)?.cases ?? {}, measured.cases, Number(values.margin)));
  if (values.save) saveResults(resultsPath, measured);
  if (values['write-docs']) writeFileSync(PAGE, await filledPage(resultsPath));
}

async function measureAll() {
  const folder = values.data ?? mkdtempSync(join(tmpdir(), 'bench-'));
  mkdirSync(folder, { recursive: true });
  try {
    const bench = workbench({
      folder,
      quick: values.quick,
      peers: !values['no-peers'],
      python: values.python,
      nodes: [process.execPath, ...(values.node ?? [])],
      threads: Number(values.threads ?? Math.min(2, availableParallelism())),
      runs: Number(values.runs ?? (values.quick ? 1 : 5)),
      patience: Number(values.patience ?? (values.quick ? 0 : 60)),
      format: values.format,
      say: (text) => process.stderr.write(`  ${text}\n`),
    });
    const { peers } = bench;
    console.log(`${machineLines({ machine, peers }).join('\n')}\n`);
    if (!peers) console.log(values['no-peers'] ? 'Only ours.\n' : 'The peers are not installed: only ours.\n');
    const hash = values.quick ? undefined : await calibration();
    if (hash) console.log(`Results of the accuracy study's first map: ${hash}\n`);
    const cases = {};
    for (const name of await chosen()) cases[name] = await measureCase(name, bench, hash, cases);
    return { machine, peers, cases };
  } finally {
    if (!values.data) rmSync(folder, { recursive: true });
  }
}

async function chosen() {
  if (positionals.length) return CASE_NAMES.filter((name) => positionals.includes(name));
  const cases = await Promise.all(CASE_NAMES.map(async (name) => ({ name, ...(await loadCase(name)) })));
  return cases.filter(({ onRequest }) => values.quick || !onRequest).map(({ name }) => name);
}

async function measureCase(name, bench, calibrationHash, others) {
  const { title, measure, lines, bars } = await loadCase(name);
  process.stderr.write(`${name}\n`);
  const date = new Date().toISOString().slice(0, 10);
  const result = { date, calibration: calibrationHash, ...(await measure(bench)) };
  console.log(`## ${name}: ${title}\n\n${lines(result, { ...others, [name]: result }).join('\n')}\n`);
  if (!bench.quick) {
    for (const { bar, value, met } of bars?.(result) ?? [])
      console.log(`${met ? 'met   ' : 'MISSED'} ${bar}: ${value}`);
  }
  console.log('');
  return result;
}

function report(findings) {
  for (const { regression, text } of findings) console.log(`${regression ? 'REGRESSION' : 'worse     '} ${text}`);
  if (findings.length === 0) console.log('Nothing became worse by more than its spread.');
  if (findings.some(({ regression }) => regression)) process.exitCode = 1;
}

async function checkDocs() {
  const path = resultsOfPage();
  if (readFileSync(PAGE, 'utf8') === (await filledPage(path))) return;
  const [page, results] = [PAGE, path].map((file) => relative('.', file));
  console.error(`${page} is not what ${results} says: npm run bench -- --write-docs --from ${results}`);
  process.exitCode = 1;
}
