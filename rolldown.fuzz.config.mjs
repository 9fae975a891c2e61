// The fuzzing campaign as few files that run where there is nothing but Node: one entry, one for the process of a format,
// one that packs both with a part of the corpus.
import { defineConfig } from 'rolldown';
import { viteImportGlobPlugin } from 'rolldown/experimental';

export default defineConfig({
  input: {
    main: 'contract/fuzz/main.ts',
    'one-format': 'contract/fuzz/one-format.ts',
    pack: 'contract/fuzz/pack.ts',
  },
  platform: 'node',
  output: { dir: 'dist/fuzz', format: 'esm', chunkFileNames: '[name].js', cleanDir: true },
  plugins: [viteImportGlobPlugin(), { name: 'package', generateBundle: writePackage }],
});

/** Nothing above the folder says what its modules are. */
function writePackage() {
  this.emitFile({ type: 'asset', fileName: 'package.json', source: '{ "type": "module" }\n' });
}
