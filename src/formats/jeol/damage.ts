import { formatError } from '../../signal/errors.ts';

export function damaged(name: string, at: number, what: string, expected: string) {
  return formatError({
    code: 'bad-jeol',
    where: `${name}, byte ${at}`,
    what: `the file declares ${what}`,
    expected,
    fix: 'the file is damaged or of an unknown kind: copy it again from the instrument',
  });
}
