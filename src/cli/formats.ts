import { Command } from 'commander';
import { FORMATS } from '../index.ts';
import { print, printJson } from './printing.ts';
import { table } from './text-layout.ts';

export const formatsCommand = () =>
  new Command('formats')
    .description('the file formats that are read and written')
    .option('--json', 'for machines')
    .action(formats);

async function formats({ json }: { json?: boolean }): Promise<void> {
  const all = await Promise.all(
    FORMATS.map(async (entry) => {
      const { id, title, extensions, read, readFolder, encode, writeFolder } = (await entry.load()).default;
      return { id, title, extensions, reads: !!(read ?? readFolder), writes: !!(encode ?? writeFolder) };
    }),
  );
  if (json) {
    printJson(all);
    return;
  }
  const uses = (read: boolean, written: boolean) => [read ? 'read' : '', written ? 'written' : ''].filter(Boolean);
  print(
    table(
      [{ title: 'format' }, { title: '' }, { title: 'extensions' }],
      all.map(({ title, extensions, reads, writes }) => [title, uses(reads, writes).join(', '), extensions.join(' ')]),
    ),
  );
  print('\nContent decides what a file is, then its extension.');
}
