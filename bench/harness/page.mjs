// The tables of docs/performance.md, between markers, from a results file.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadCase } from './cases.mjs';
import { readResults } from './results.mjs';
import { table } from './tables.mjs';

export const PAGE = fileURLToPath(new URL('../../docs/performance.md', import.meta.url));

const MARKED = /^<!-- bench: ([a-z-]+) -->\n[\s\S]*?^<!-- end -->$/gm;
const SOURCE = /(\[)([a-z0-9.-]+)(\]\(\.\.\/bench\/results\/)\2\)/;

/** The results file that the page links to. */
export function resultsOfPage() {
  const [, , name] = SOURCE.exec(readFileSync(PAGE, 'utf8'));
  return fileURLToPath(new URL(`../results/${name}`, import.meta.url));
}

/** The page with the link to these results, and every marked place filled from them. */
export async function filledPage(path) {
  const page = readFileSync(PAGE, 'utf8');
  const results = readResults(path);
  const texts = new Map();
  for (const [, name] of page.matchAll(MARKED)) texts.set(name, (await linesFor(name, results)).join('\n'));
  const name = basename(path);
  return page
    .replace(MARKED, (_, marked) => `<!-- bench: ${marked} -->\n${texts.get(marked)}\n<!-- end -->`)
    .replace(SOURCE, `$1${name}$3${name})`);
}

async function linesFor(name, results) {
  if (name === 'machine') return machineLines(results);
  const measured = results.cases[name];
  if (!measured) return ['Not measured yet.'];
  const { lines } = await loadCase(name);
  return [...lines(measured, results.cases), '', provenance(measured)];
}

function provenance({ date, calibration, others: ofAll = 0, contenders = [] }) {
  const others = Math.max(ofAll, ...contenders.map((one) => one.others ?? 0));
  const busy = others > 0.05 ? ` while other work took up to ${Math.round(others * 100)} % of the machine` : '';
  return `Measured ${date}${busy}; results of the first map of the accuracy study: \`${calibration.slice(0, 16)}\`.`;
}

export function machineLines({ machine, peers }) {
  const rows = [
    ['processor', `${machine.cpu}, ${machine.cores} cores, ${vectorsText(machine.vectors)}`],
    ['memory', `${machine.memoryGB} GB`],
    ['system', machine.system],
  ];
  if (peers) {
    const { python, numpy, scipy, hyperspy, blas } = peers;
    rows.push([
      'peers',
      `Python ${python}, NumPy ${numpy}, SciPy ${scipy}, scikit-learn ${peers['scikit-learn']}, HyperSpy ${hyperspy}`,
    ]);
    if (blas) rows.push(['BLAS', `${blas.library} ${blas.version}, ${blas.kernels} kernels, ${blas.threads} threads`]);
  }
  return table(['', ''], rows);
}

function vectorsText(vectors) {
  return vectors.length ? vectors.map((flag) => ({ avx2: 'AVX2', avx512f: 'AVX-512' })[flag]).join(' and ') : 'no AVX';
}
