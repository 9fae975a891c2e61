// The command line as few files, its lanes' worker beside it: hundreds of modules cost more to find and read than to run.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'rolldown';

export default defineConfig({
  input: { main: 'src/cli/main.ts', 'threads-worker': 'src/engines/threads-worker.ts' },
  platform: 'node',
  output: { dir: 'dist/program', format: 'esm', chunkFileNames: '[name].js', cleanDir: true },
  plugins: [{ name: 'licences', generateBundle: writeLicences }],
});

/** What the libraries inside are under: their licences ask to be handed on with them. */
function writeLicences(_options, bundle) {
  const roots = new Set();
  for (const { moduleIds = [] } of Object.values(bundle)) for (const id of moduleIds) roots.add(packageRoot(id));
  roots.delete(undefined);
  const source = [...roots].sort().map(licenceOf).join('\n\n');
  this.emitFile({ type: 'asset', fileName: 'licences.txt', source: `${source}\n` });
}

function packageRoot(module) {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(module.replaceAll('\\', '/'))?.[0];
}

function licenceOf(root) {
  const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const file = readdirSync(root).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? readFileSync(join(root, file), 'utf8').trim() : '';
  return `${name} ${version} (${license})\n\n${text}`.trim();
}
