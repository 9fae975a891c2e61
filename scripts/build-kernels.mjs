// Compiles src/kernels/assembly to WebAssembly and embeds it in src/kernels/wasm/binary.ts. With --check, fails unless
// the file there is what the sources give.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const target = resolve(root, 'src/kernels/wasm/binary.ts');

/** The module compiled from the sources as they stand, as text of the TypeScript file that carries it. */
export async function compiled() {
  const { error, stderr, binary } = await compile();
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  const base64 = Buffer.from(binary).toString('base64');
  return `/** WebAssembly of src/kernels/assembly, compiled by scripts/build-kernels.mjs. */\nexport const KERNELS_BASE64 =\n  '${base64}';\n`;
}

async function compile() {
  let binary;
  const files = new Map();
  const flags = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--enable', 'bulk-memory'];
  const result = await asc.main(['src/kernels/assembly/index.ts', ...flags, '--outFile', 'kernels.wasm'], {
    readFile: (name, base) => {
      try {
        return readFileSync(resolve(base ?? root, name), 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (name, contents) => {
      files.set(name, contents);
      if (name.endsWith('kernels.wasm')) binary = contents;
    },
    listFiles: () => [],
    cwd: root,
  });
  return { ...result, binary };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.chdir(root);
  const text = await compiled();
  if (process.argv.includes('--check')) {
    if (readFileSync(target, 'utf8') !== text) {
      console.error('src/kernels/wasm/binary.ts is not what the sources give: run npm run build:kernels');
      process.exit(1);
    }
  } else writeFileSync(target, text);
}
