// The command line as few files, its lanes' worker beside it: hundreds of modules cost more to find and read than to run.
import { defineConfig } from 'rolldown';

export default defineConfig({
  input: { main: 'src/cli/main.ts', 'threads-worker': 'src/engines/threads-worker.ts' },
  platform: 'node',
  output: { dir: 'dist/program', format: 'esm', chunkFileNames: '[name].js', cleanDir: true },
});
