import { formatError, inputError } from '../signal/errors.ts';
import type { ByteSource } from './format.ts';

const MAX_BYTES = 1 << 26;

/**
 * A text file as a whole, without its byte-order mark: UTF-8 where it is valid, otherwise Windows-1252.
 * @throws SpectrailError `input/too-large` above 64 MiB, `format/truncated` when the source gives fewer bytes than its size.
 */
export async function readWholeText(file: ByteSource): Promise<string> {
  if (file.size > MAX_BYTES) {
    throw inputError({
      code: 'too-large',
      where: file.name,
      what: `${file.size} bytes are too many for spectra as text`,
      expected: `at most ${MAX_BYTES} bytes`,
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
  return decodeText(bytes);
}

/** The first bytes of a file as text, for sniffing: a letter cut in two at their end does no harm. */
export function headText(head: Uint8Array): string {
  return new TextDecoder('windows-1252').decode(head).replace(/^ï»¿/, '').trimStart();
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
