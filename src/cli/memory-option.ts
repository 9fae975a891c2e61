import { InvalidArgumentError, Option } from 'commander';
import { HELD_SHARE } from '../index.ts';

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

export const memoryOption = () =>
  new Option(
    '--memory <size>',
    'most the program may take, as in 2GB or 800MB (default: half of what is free)',
  ).argParser((text) => {
    const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt]?i?b)?$/i.exec(text) ?? [];
    const bytes = Number(number) * UNITS[(unit ?? '').toLowerCase()];
    if (!(bytes >= 1e6)) throw new InvalidArgumentError('expected a size of at least 1MB, as in 2GB or 800MB');
    return bytes;
  });

/** Half of what this process might still take when it began, of the machine or of its container. */
export const DEFAULT_MEMORY = Math.floor(process.availableMemory() / 2);

/** Most bytes of one input to hold in memory. */
export const holdWithin = (memory: number) => HELD_SHARE * memory;
