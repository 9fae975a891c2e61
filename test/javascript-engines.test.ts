import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeHspy } from '../src/formats/hspy/encode.ts';
import { hashBytes } from '../src/signal/hash.ts';
import { MAIN, temporaryFolder } from './cli.ts';
import { eelsMap } from './eels-map.ts';
import { functionBits } from './function-bits.ts';

/** Other versions of Node to compare with the one that runs the tests, as .ci/run gives them. */
const NODES = (process.env.SPECTRAIL_NODES ?? '').split(delimiter).filter((path) => path !== '');
if (NODES.length === 0) console.warn('Skipped: no other Node to compare with (SPECTRAIL_NODES: paths of executables).');

const KERNELS = new URL('../dist/kernels/index.js', import.meta.url).href;
const home = temporaryFolder();
const eels = join(home, 'eels.hspy');

async function under(node: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(node, args, { maxBuffer: 64e6, timeout: 200_000 });
  return stdout;
}

/** They name the engine, the version of Node or the time. */
const NAMED = ['trail.json', 'report.html', 'ro-crate-metadata.json', 'timings.json'];

/** The hash of every step in the trail of a result folder, and SHA-256 of every other file. */
async function resultBits(folder: string): Promise<Record<string, string>> {
  const { nodes } = JSON.parse(readFileSync(join(folder, 'trail.json'), 'utf8'));
  const bits: Record<string, string> = {};
  for (const { id, hash } of nodes) bits[`trail: ${id}`] = hash;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(folder, name);
    if (NAMED.includes(name) || statSync(path).isDirectory()) continue;
    bits[name] = await hashBytes(new Uint8Array(readFileSync(path)));
  }
  return bits;
}

/** Everything one version of Node makes: a simulated map, two analyses of the same maps, and what functions answer. */
async function madeBy(node: string, mark: string, engine: string, eds?: string) {
  const simulated = join(home, `${mark}.hspy`);
  const size = ['height=24', 'width=24', 'channels=512', 'dose=200', 'thickness=wedge', 'gainRipple=0.1'];
  await under(node, MAIN, 'simulate', 'eds', '--out', simulated, ...size.flatMap((each) => ['--set', each]));
  const analysed = async (name: string, input: string) => {
    const recipe = fileURLToPath(new URL(`../recipes/${name}.yaml`, import.meta.url));
    const out = join(home, `${mark}-${name}`);
    const fewer = ['--set', 'components.nulls=8', '--set', 'rare.nulls=10'];
    await under(node, MAIN, 'run', recipe, '--input', input, '--out', out, '--engine', engine, ...fewer);
    return resultBits(out);
  };
  const ask = `import * as kernels from ${JSON.stringify(KERNELS)};
console.log(JSON.stringify(await (${functionBits})(kernels)));`;
  return {
    version: (await under(node, '--version')).trim(),
    simulated: await hashBytes(new Uint8Array(readFileSync(simulated))),
    eds: await analysed('eds-phase-map', eds ?? simulated),
    eels: await analysed('eels-phase-map', eels),
    functions: JSON.parse(await under(node, '--input-type=module', '--eval', ask)),
  };
}

describe.skipIf(NODES.length === 0)('the same bits in every version of Node', () => {
  let here: Awaited<ReturnType<typeof madeBy>>;

  beforeAll(async () => {
    writeFileSync(eels, await encodeHspy(eelsMap(20, 250).dataset));
    here = await madeBy(process.execPath, 'here', 'inline');
  });

  it('there is enough to compare', () => {
    expect(Object.keys(here.eds).length).toBeGreaterThan(30);
    expect(Object.keys(here.eels)).toEqual(expect.arrayContaining(['trail: components', 'trail: rare', 'scores.npy']));
    expect(new Set(Object.values(here.functions)).size).toBe(Object.keys(here.functions).length);
  });

  it.each(NODES)('%s', async (node) => {
    const there = await madeBy(node, String(NODES.indexOf(node)), 'threads', join(home, 'here.hspy'));
    expect(there.version).not.toBe(here.version);
    expect({ ...there, version: '' }).toEqual({ ...here, version: '' });
  });
});
