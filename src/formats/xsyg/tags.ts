import { formatError } from '../../signal/errors.ts';

/** A tag as it stands in the text, its attributes with entities replaced. */
export interface Tag {
  readonly name: string;
  readonly kind: 'open' | 'close' | 'empty';
  readonly attributes: ReadonlyMap<string, string>;
  /** Where the tag begins, and where what follows it does. */
  readonly start: number;
  readonly end: number;
}

const MOST_TAGS = 1 << 20;
const LONGEST_TAG = 1 << 20;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * The tags of a text one after the other; comments and instructions are passed over, a document type is refused.
 * @throws SpectrailError `format/bad-xml`
 */
export function* tagsOf(text: string, where: string): Generator<Tag> {
  let count = 0;
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at)) {
    const bad = (what: string) => badXml(`${where}, character ${at}`, what);
    if (text.startsWith('<!--', at) || text.startsWith('<?', at)) {
      const mark = text[at + 1] === '!' ? '-->' : '?>';
      const end = text.indexOf(mark, at + 2);
      if (end < 0) throw bad(`there is "${text.slice(at, at + 20)}", which does not end`);
      at = end + mark.length;
      continue;
    }
    if (text[at + 1] === '!') throw bad('it declares a document type');
    const end = endOfTag(text, at + 1);
    if (end < 0 || end - at > LONGEST_TAG) throw bad('a tag does not end');
    if (++count > MOST_TAGS) throw bad(`there are more than ${MOST_TAGS} tags`);
    yield tagAt(text, at, end);
    at = end;
  }
}

/** After the bracket that closes a tag; one between quotes does not. -1 where there is none. */
function endOfTag(text: string, from: number): number {
  let quote = '';
  for (let at = from; at < text.length && at - from <= LONGEST_TAG; at++) {
    const letter = text[at];
    if (quote) {
      if (letter === quote) quote = '';
    } else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === '>') return at + 1;
  }
  return -1;
}

function tagAt(text: string, start: number, end: number): Tag {
  const close = text[start + 1] === '/';
  const empty = text[end - 2] === '/';
  const inside = text.slice(start + (close ? 2 : 1), end - (empty ? 2 : 1)).trim();
  const blank = inside.search(/\s/);
  const attributes = new Map<string, string>();
  for (let at = blank; at >= 0 && at < inside.length; ) {
    const equals = inside.indexOf('=', at);
    if (equals < 0) break;
    const open = equals + 1 + inside.slice(equals + 1, equals + 65).search(/["']/);
    const stop = open > equals ? inside.indexOf(inside[open], open + 1) : -1;
    if (stop < 0) break;
    attributes.set(inside.slice(at, equals).trim(), decoded(inside.slice(open + 1, stop)));
    at = stop + 1;
  }
  const name = blank < 0 ? inside : inside.slice(0, blank);
  return { name, kind: close ? 'close' : empty ? 'empty' : 'open', attributes, start, end };
}

function decoded(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([\da-f]{1,6}));/gi, (whole, name, ten, sixteen) => {
    if (name) return ENTITIES[(name as string).toLowerCase()];
    const code = ten ? Number(ten) : Number.parseInt(sixteen, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

export function badXml(where: string, what: string) {
  return formatError({
    code: 'bad-xsyg',
    where,
    what,
    expected: '<Sample> with <Sequence>, <Record> and <Curve> in it, each closed',
    fix: 'copy the file again, or export it again',
  });
}
