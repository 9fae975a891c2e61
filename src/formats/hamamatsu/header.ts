export const HEADER_BYTES = 64;

/** The first 64 bytes. */
export interface Header {
  /** Bytes of the comment that follows. */
  readonly comment: number;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** 0: 8 bits, 1: compressed, 2: 16 bits, 3: 32 bits. */
  readonly type: number;
  /** Where several are in the file; 0 is written for one, too. */
  readonly images: number;
}

/** Undefined where the bytes do not begin like such an image. */
export function headerOf(head: Uint8Array): Header | undefined {
  if (head.length < HEADER_BYTES || head[0] !== 0x49 || head[1] !== 0x4d) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const word = (at: number) => view.getUint16(at, true);
  return { comment: word(2), width: word(4), height: word(6), type: word(12), images: view.getUint32(14, true) };
}
