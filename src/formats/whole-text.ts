import { formatError, inputError } from '../signal/errors.ts';
import type { ByteSource } from './format.ts';

const MOST_BYTES = 1 << 26;

/**
 * A text file as a whole: see {@link decodeText}.
 * @param most bytes; default 64 MiB
 * @throws SpectrailError `input/too-large`, `format/truncated` when the source gives fewer bytes than its size.
 */
export async function readWholeText(file: ByteSource, most?: number): Promise<string> {
  return decodeText(await readWhole(file, most));
}

/** The bytes of a text file, for those that decode them in their own way. Throws as {@link readWholeText}. */
export async function readWhole(file: ByteSource, most = MOST_BYTES): Promise<Uint8Array> {
  if (file.size > most) {
    throw inputError({
      code: 'too-large',
      where: file.name,
      what: `${file.size} bytes are too many for a file that is read whole as text`,
      expected: `at most ${most} bytes`,
    });
  }
  const bytes = await file.read(0, file.size);
  if (bytes.length < file.size) {
    throw formatError({
      code: 'truncated',
      where: file.name,
      what: `only ${bytes.length} bytes could be read`,
      expected: `${file.size} bytes`,
      fix: 'copy the file again',
    });
  }
  return bytes;
}

/** UTF-8 where it is valid, otherwise Windows-1252, without a byte-order mark: a text never fails on a name in it. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** The first bytes of a file as text, for sniffing: a letter cut in two at their end does no harm. */
export function headText(head: Uint8Array): string {
  return new TextDecoder('windows-1252').decode(head).replace(/^ï»¿/, '').trimStart();
}
