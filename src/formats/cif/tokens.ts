/** What a CIF is made of: words, one of which may be a text in quotes or between lines that begin with a semicolon. */
export interface Token {
  readonly text: string;
  /** In quotes or semicolons: a value, whatever it looks like. */
  readonly quoted: boolean;
  readonly line: number;
}

const FEED = 0x0a;
const RETURN = 0x0d;
const HASH = 0x23;
const SEMICOLON = 0x3b;

const isSpace = (code: number) => code === 0x20 || code === 9 || code === FEED || code === RETURN;

/** Walks over the words of a text. A text that is not closed goes on to the end of the file. */
export function* tokensOf(text: string): Generator<Token> {
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (isSpace(code)) {
      if (code === FEED || (code === RETURN && text.charCodeAt(at + 1) !== FEED)) line++;
      at++;
    } else if (code === HASH) {
      while (at < text.length && text.charCodeAt(at) !== FEED && text.charCodeAt(at) !== RETURN) at++;
    } else if (code === SEMICOLON && (at === 0 || text[at - 1] === '\n' || text[at - 1] === '\r')) {
      const end = endOfField(text, at + 1);
      const field = text.slice(at + 1, end);
      yield { text: field.replace(/[\r\n]+$/, ''), quoted: true, line };
      for (let i = 0; i < field.length; i++) if (field.charCodeAt(i) === FEED) line++;
      at = end + 1;
    } else {
      const quoted = code === 0x27 || code === 0x22;
      const end = quoted ? endOfQuote(text, at + 1, code) : endOfWord(text, at);
      yield { text: quoted ? text.slice(at + 1, end) : text.slice(at, end), quoted, line };
      at = quoted && text.charCodeAt(end) === code ? end + 1 : end;
    }
  }
}

/** The semicolon, first of its line, that closes a field. */
function endOfField(text: string, from: number): number {
  for (let at = text.indexOf(';', from); at >= 0; at = text.indexOf(';', at + 1)) {
    if (text[at - 1] === '\n' || text[at - 1] === '\r') return at;
  }
  return text.length;
}

/** The quote that a blank follows, or the end of the line: quotes inside words are letters. */
function endOfQuote(text: string, from: number, quote: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === FEED || code === RETURN) return at;
    if (code === quote && (at + 1 === text.length || isSpace(text.charCodeAt(at + 1)))) return at;
  }
  return at;
}

function endOfWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isSpace(text.charCodeAt(at))) at++;
  return at;
}
