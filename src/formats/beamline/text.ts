import { inputError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';

const MAX_BYTES = 1 << 26;

/**
 * The whole file as text.
 * @throws SpectrailError `input/too-large` above 64 MiB.
 */
export async function readText(file: ByteSource): Promise<string> {
  if (file.size > MAX_BYTES) {
    throw inputError({
      code: 'too-large',
      where: file.name,
      what: `${file.size} bytes are too many for a table as text`,
      expected: `at most ${MAX_BYTES} bytes`,
    });
  }
  return decodeText(await file.read(0, file.size));
}

/** UTF-8 where it is valid, otherwise Windows-1252, without a byte-order mark: a text never fails on a name in it. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** The first bytes of a file as text, a letter a byte: for sniffing, where a letter may be cut in two. */
export function headText(head: Uint8Array): string {
  return new TextDecoder('latin1').decode(head).replace(/^\u00ef\u00bb\u00bf/, '');
}
