import { cellNumber, delimitedCells } from '../delimited-cells.ts';

const SEPARATORS = ['\t', ',', ';'] as const;
const MOST_COLUMNS = 16385;
const TYPE = /^(?:c|d|s|t|continuous|discrete|string|text|time|numeric|categorical)?$/i;
const NUMERIC = /^(?:c|continuous|numeric)$/i;
/** Values that a discrete column can have, between blanks. */
const VALUES = /^\S+(?: \S+)+$/;
const ROLE = /^(?:class|meta|ignore|weight|c|m|i|w)?(?: ?\S+=\S*)*$/i;
const LONGEST_CELL = 1000;

/** One column of an Orange table. */
export interface OrangeColumn {
  readonly index: number;
  readonly name: string;
  /** Its cells are numbers. */
  readonly numeric: boolean;
  /** '' for a feature; `class`, `meta`, `ignore`, `weight`. */
  readonly role: string;
}

export interface OrangeHeader {
  /** Lines before the first row. */
  readonly lines: 1 | 3;
  readonly separator: string;
  readonly columns: readonly OrangeColumn[];
}

/** Three lines of names, types and roles; undefined where they are not. */
export function orangeHeader([names, types, roles]: readonly (string | undefined)[]): OrangeHeader | undefined {
  if (names === undefined || types === undefined || roles === undefined) return undefined;
  for (const separator of SEPARATORS.filter((one) => types.includes(one))) {
    const rows = [names, types, roles].map((line) => delimitedCells(line, separator));
    const [called, typed, used] = rows;
    const { length } = called;
    if (length > MOST_COLUMNS || typed.length !== length || used.length > length) continue;
    if ([...typed, ...used].some((cell) => cell.length > LONGEST_CELL)) continue;
    if (!typed.some((cell) => NUMERIC.test(cell)) || !typed.every((cell) => TYPE.test(cell) || VALUES.test(cell)))
      continue;
    if (!used.every((cell) => ROLE.test(cell))) continue;
    const columns = called.map((name, index) => ({
      index,
      name: name || `column${index + 1}`,
      numeric: NUMERIC.test(typed[index]),
      // Empty cells at the end of the line may be left out.
      role: roleOf(used[index] ?? ''),
    }));
    return { lines: 3, separator, columns };
  }
  return undefined;
}

/** Role in small and type in capital letters before the name: `mS#sample`, `C#1800.5`. */
const FLAGGED = /^(?=[a-zA-Z])([cmiw]?)([CDST]?)#(.+)$/;

/** One line of names, some of them with flags, over a row of as many cells; undefined where it is not. */
export function flaggedHeader([names, row]: readonly (string | undefined)[]): OrangeHeader | undefined {
  if (names === undefined || row === undefined) return undefined;
  for (const separator of SEPARATORS.filter((one) => names.includes(one))) {
    const [called, first] = [names, row].map((line) => delimitedCells(line, separator));
    if (called.length > MOST_COLUMNS || first.length !== called.length) continue;
    const flags = called.map((cell) => (cell.length <= LONGEST_CELL ? FLAGGED.exec(cell) : null));
    if (flags.every((flag) => flag === null)) continue;
    const columns = called.map((cell, index) => {
      const [, role = '', type = '', name = cell] = flags[index] ?? [];
      const numeric = type === '' ? cellNumber(first[index]) !== undefined : NUMERIC.test(type);
      return { index, name: name || `column${index + 1}`, numeric, role: roleOf(role) };
    });
    return { lines: 1, separator, columns };
  }
  return undefined;
}

const ROLES: Readonly<Record<string, string>> = { c: 'class', m: 'meta', i: 'ignore', w: 'weight' };

function roleOf(cell: string): string {
  const [word] = cell.toLowerCase().split(' ');
  return word.includes('=') ? '' : Object.hasOwn(ROLES, word) ? ROLES[word] : word;
}

/**
 * The features that are called by numbers, in the order of their positions where the columns do not go one way; undefined
 * where there are fewer than two, or two are equal.
 */
export function spectralColumns({ columns }: OrangeHeader): { index: number; position: number }[] | undefined {
  const features = columns.filter(({ numeric, role }) => numeric && role === '');
  const found = features
    .map(({ index, name }) => ({ index, position: cellNumber(name) ?? Number.NaN }))
    .filter(({ position }) => Number.isFinite(position));
  if (found.length < 2) return undefined;
  const way = Math.sign(found[found.length - 1].position - found[0].position);
  const goes = found.every(({ position }, i) => i === 0 || Math.sign(position - found[i - 1].position) === way);
  const ordered = goes ? found : found.sort((a, b) => a.position - b.position);
  return ordered.every(({ position }, i) => i === 0 || position !== ordered[i - 1].position) ? ordered : undefined;
}
