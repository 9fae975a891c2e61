import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

export interface Bundle {
  readonly folder: string;
  /** Files of the package that import modules of Node. */
  readonly needNode: readonly string[];
}

/**
 * The built package in a page of its own, as a web app would bundle it: `globalThis.spectrail`, its kernels beside it, and
 * `data-planned` on the root element once the page itself has planned the recipe.
 */
export async function bundleLibrary(folder: string, recipe: string): Promise<Bundle> {
  const root = join(folder, 'app');
  const outDir = join(folder, 'site');
  mkdirSync(root, { recursive: true });
  const package_ = fileURLToPath(new URL('../../dist/', import.meta.url));
  writeFileSync(
    join(root, 'index.html'),
    '<!doctype html><html lang="en"><title>Spectrail</title><script type="module" src="./entry.js"></script></html>',
  );
  writeFileSync(
    join(root, 'entry.js'),
    `import * as spectrail from ${JSON.stringify(join(package_, 'index.js'))};
import * as kernels from ${JSON.stringify(join(package_, 'kernels/index.js'))};
Object.assign(globalThis, { spectrail, kernels });
const { dataset } = await spectrail.simulate('eds', { height: 16, width: 16, channels: 512 });
const { nodes } = await spectrail.plan(${JSON.stringify(recipe)}, dataset);
document.documentElement.dataset.planned = nodes.length;
`,
  );
  const needNode = new Set<string>();
  await build({
    root,
    configFile: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'node-importers',
        enforce: 'pre',
        resolveId(source, importer) {
          if (source.startsWith('node:') && importer) needNode.add(relative(package_, importer));
        },
      },
    ],
    build: { outDir, emptyOutDir: true, target: 'es2022' },
  });
  return { folder: outDir, needNode: [...needNode].sort() };
}

export interface Site {
  readonly url: string;
  close(): void;
}

/** Serves a folder, and named bytes under `/data/`, under a content security policy. */
export async function serve(folder: string, data: Readonly<Record<string, Uint8Array>>, policy: string): Promise<Site> {
  const server = createServer(async ({ url = '/' }, response) => {
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
    const bytes = path.startsWith('/data/') ? data[path.slice('/data/'.length)] : await fileIn(folder, path);
    if (!bytes) {
      response.writeHead(404).end();
      return;
    }
    const type = TYPES[path === '/' ? '.html' : extname(path)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'content-security-policy': policy }).end(bytes);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

function fileIn(folder: string, path: string): Promise<Uint8Array | undefined> {
  if (path === '/favicon.ico') return Promise.resolve(new Uint8Array(0));
  return readFile(join(folder, normalize(path === '/' ? '/index.html' : path))).catch(() => undefined);
}
