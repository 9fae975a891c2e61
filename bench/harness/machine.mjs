import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

/** What the numbers were measured on. */
export function machineFacts() {
  const cores = cpus();
  const flags =
    readOr('/proc/cpuinfo', '')
      .match(/^flags\s*:(.*)$/m)?.[1]
      .split(' ') ?? [];
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    vectors: ['avx2', 'avx512f'].filter((flag) => flags.includes(flag)),
    memoryGB: Math.round(totalmem() / 1e9),
    system: readOr('/etc/os-release', '').match(/^PRETTY_NAME="(.*)"$/m)?.[1] ?? process.platform,
  };
}

/** The name under which results of such machines are kept. */
export function machineName({ cpu, cores }) {
  const model = cpu.toLowerCase().replace(/\((r|tm)\)|\bcpu\b|@.*$/g, '');
  return `${model.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')}-${cores}-cores`;
}

/** What the peers run on; undefined without Python or NumPy. */
export function peerFacts(python, env) {
  try {
    const script = fileURLToPath(new URL('./versions.py', import.meta.url));
    const facts = JSON.parse(execFileSync(python, [script], { encoding: 'utf8', env }));
    return facts.numpy === null ? undefined : facts;
  } catch {
    return undefined;
  }
}

/** As many threads for the peers as for us, and the kernels that their BLAS chooses for this processor. */
export function peerEnvironment(threads) {
  const { OPENBLAS_CORETYPE: _kernels, OPENBLAS_L2_SIZE: _cache, ...env } = process.env;
  return { ...env, OPENBLAS_NUM_THREADS: String(threads), OMP_NUM_THREADS: String(threads) };
}

export function nodeVersion(path) {
  return execFileSync(path, ['--version'], { encoding: 'utf8' }).trim().slice(1);
}

function readOr(path, otherwise) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}
