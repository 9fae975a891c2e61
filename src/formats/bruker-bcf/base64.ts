import { formatError } from '../../signal/errors.ts';

const VALUES = new Int8Array(128).fill(-1);
[...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].forEach((letter, value) => {
  VALUES[letter.charCodeAt(0)] = value;
});

/**
 * The first `length` bytes of base64 text; white space is skipped.
 * @throws SpectrailError `format/bad-base64` for foreign characters or too little text.
 */
export function decodeBase64(text: string, length: number, where: string): Uint8Array {
  const bytes = new Uint8Array(length);
  let bits = 0;
  let pending = 0;
  let at = 0;
  for (let i = 0; i < text.length && at < length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 32) continue;
    const value = code < 128 ? VALUES[code] : -1;
    if (value < 0) throw bad(where, `the character "${text[i]}" at ${i} is not base64`, 'letters, digits, + and /');
    bits = ((bits << 6) | value) & 0xffffff;
    pending += 6;
    if (pending >= 8) {
      pending -= 8;
      bytes[at++] = bits >> pending;
    }
  }
  if (at < length) throw bad(where, `the base64 text holds ${at} bytes`, `${length} bytes`);
  return bytes;
}

function bad(where: string, what: string, expected: string) {
  return formatError({
    code: 'bad-base64',
    where,
    what,
    expected,
    fix: 'the file is damaged: copy it again from the instrument',
  });
}
