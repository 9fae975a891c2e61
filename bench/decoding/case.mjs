import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runProcess } from '../harness/whole-process.mjs';

/** Scripts of this folder that measure by themselves, print a table, and end with 1 when their own bar is missed. */
const SCRIPTS = ['bcf', 'velox', 'jeol'];

export default {
  title: 'Decoding of instrument files',

  async measure({ peers, python, rounds, runtimes, say }) {
    const files = SCRIPTS.map((name) => ({ name, path: fileURLToPath(new URL(`./${name}.mjs`, import.meta.url)) }));
    const present = files.filter(({ path }) => existsSync(path));
    if (present.length === 0) return { notAvailable: 'this version has no script for it' };
    if (!peers?.hyperspy) return { notAvailable: 'the scripts need HyperSpy beside ours' };
    const printed = [];
    for (const { name, path } of present) {
      for (const { path: node, runtime } of runtimes) {
        say(`${name} (${runtime})`);
        const command = [node, path, '--runs', String(rounds), '--python', python];
        const { stdout } = await runProcess(command, { codes: [0, 1] });
        printed.push({ name, runtime, text: stdout.trim() });
      }
    }
    return { printed };
  },

  lines({ notAvailable, printed }) {
    if (notAvailable) return [`Not measured: ${notAvailable}.`];
    return printed.flatMap(({ name, runtime, text }, i) => [
      ...(i > 0 ? [''] : []),
      `${name}, ${runtime}:`,
      '',
      '```text',
      ...text.split('\n'),
      '```',
    ]);
  },
};
