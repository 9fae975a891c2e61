import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess } from '../harness/whole-process.mjs';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** Every other script of this folder; each measures by itself and prints Markdown. */
export default {
  title: 'Decoding of instrument files',

  async measure({ quick, runtimes, say }) {
    const scripts = (await readdir(FOLDER)).filter((name) => name.endsWith('.mjs') && name !== 'case.mjs');
    const printed = [];
    for (const script of scripts.sort()) {
      for (const { path, runtime } of runtimes) {
        say(`${script} (${runtime})`);
        const { stdout } = await runProcess([path, FOLDER + script, ...(quick ? ['--quick'] : [])]);
        printed.push({ script: basename(script, '.mjs'), runtime, text: stdout.trim() });
      }
    }
    return { printed };
  },

  lines({ printed }) {
    if (printed.length === 0) return ['Not measured: there are no scripts yet.'];
    return printed.flatMap(({ script, runtime, text }) => [`${script}, ${runtime}:`, '', ...text.split('\n'), '']);
  },
};
