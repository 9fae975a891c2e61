import { describe, expect, it } from 'vitest';
import { packBzip2 } from '../../../test/pack-bzip2.ts';
import { Bits } from './bits.ts';
import { Bunzip2, isBzip2 } from './bunzip2.ts';
import { HuffmanCode } from './huffman.ts';

const fromBase64 = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** Python 3's `bz2.compress(…, 1)` of what {@link mixed} makes. */
const MIXED = fromBase64(
  'QlpoMTFBWSZTWb5QVyUAAEP/////////////////////////////////////////////sAD2s0gAAAAAJgAAAABMAAAAAABGAATA' +
    'AAA00AAAAAAAAAAAAAAAI0wKpkoZDEYCbQCPU0wE0YJgABMmAACNpqep6AEwAATTE0xMTAEwAAAACYExMjJgAjTEwJkwmTJgCAAA' +
    'AAAAAAAAmAAAAAAAAAAATAAAAAAAAAAAAAAAAAACYCY4xBmGAABoQAaw7qEBD1R3XIiMk7HZJSYnKCkqK+0WCi0uLzAxMjPt9wWK' +
    '7oQBZoUFJUVlhaXF5gYmRmaGpsbnBydHZ4enx//EBBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hgYWJjZPL5mUYzDfOkt4gIHOPEiP' +
    'QACaAaGAeMDAQhDhHSHhgEhAZ2hpamtscXL9CQIC/sXc3R1dnd4eXp7fH1+f4D+QMFBwkLDQ8RExUXGRsdHyEjJScpKy0vMAJkDN' +
    'Tc5Oz0/QUNFR0lLTU9RU1VXWVtdX2FjZWdpa21vcXN1d3l7fX+Bg4WHiYuNj5GTlZebnZ+ho6Wnqautr7Gztbe5u72/wcPFx8nLz' +
    'c/RC9PT1dfZ293f4ePl5/709fb3+PkUAQAD/gfj5+vsXckU4UJC+UFcl',
);
/** Of 3,000,000 zeros and an x. */
const ZEROS = fromBase64('QlpoMTFBWSZTWdliGagAFvpAiMAAAEBAAAAIIAAwzTQTVB1IEW6CFKuxIEXi7kinChIbLEM1AA==');
/** Of nothing. */
const EMPTY = fromBase64('QlpoORdyRThQkAAAAAA=');

function mixed(): Uint8Array {
  const text = 'banana '.repeat(3) + '\0'.repeat(1000);
  const all = Array.from({ length: 256 }, (_, byte) => byte);
  const rest = `aaaaaaaaab${'b'.repeat(258)}${'c'.repeat(260)}`;
  const bytes = (letters: string) => Array.from(letters, (letter) => letter.charCodeAt(0));
  return Uint8Array.from([...bytes(text), ...all, ...bytes(rest)]);
}

/** To its end, so many bytes at a time; of what is longer than `size` the beginning. */
function unpack(packed: Uint8Array, size: number, piece = size): Uint8Array {
  const bunzip = new Bunzip2(packed, 'x.bz2');
  const out = new Uint8Array(size + 1);
  const part = new Uint8Array(piece);
  let filled = 0;
  for (let got = bunzip.read(part); got > 0; got = bunzip.read(part)) {
    out.set(part.subarray(0, Math.min(got, out.length - filled)), filled);
    filled = Math.min(filled + got, out.length);
  }
  return out.slice(0, filled);
}

describe('bzip2', () => {
  it('is known by its first bytes', () => {
    expect(isBzip2(MIXED)).toBe(true);
    expect(isBzip2(EMPTY)).toBe(false);
    expect(isBzip2(new TextEncoder().encode('BZh1 is a text'))).toBe(false);
  });

  it.each([1, 3, 100, 5000])('unpacks what another program packed, %i bytes at a time', (piece) => {
    expect(unpack(MIXED, 5000, piece)).toEqual(mixed());
  });

  it('unpacks runs far longer than a block', () => {
    const out = unpack(ZEROS, 3_000_010, 65536);
    expect(out.length).toBe(3_000_001);
    expect(out[3_000_000]).toBe(0x78);
    expect(out.subarray(0, 3_000_000).every((byte) => byte === 0)).toBe(true);
  });

  it('unpacks several blocks', () => {
    const data = Uint8Array.from({ length: 2000 }, (_, i) => (i * i) >> 4);
    expect(unpack(packBzip2(data, 300), 3000)).toEqual(data);
  });

  it('cut anywhere is told', () => {
    for (let length = 10; length < MIXED.length; length++) {
      expect(() => unpack(MIXED.subarray(0, length), 5000)).toThrow(/are damaged: they are cut short/);
    }
  });

  it('with any bit wrong is told before its end, but for bits of code words that are never used', () => {
    let unused = 0;
    for (let bit = 80; bit < 8 * MIXED.length - 8; bit++) {
      const damaged = MIXED.slice();
      damaged[bit >> 3] ^= 1 << (bit & 7);
      try {
        expect(unpack(damaged, 5000)).toEqual(mixed());
        unused++;
      } catch (error) {
        expect(String(error)).toMatch(/the compressed data are damaged/);
      }
    }
    expect(unused).toBeLessThan(0.05 * 8 * MIXED.length);
  });

  it('that does not begin as such is told', () => {
    expect(() => new Bunzip2(new Uint8Array(20), 'x.bz2')).toThrow(/x\.bz2, byte 0: .*do not begin as a bzip2 stream/);
  });
});

describe('a code', () => {
  const bitsOf = (words: readonly string[]) => {
    const all = words.join('');
    const bytes = all.match(/.{1,8}/g) ?? [];
    return new Bits(
      Uint8Array.from(bytes, (byte) => Number.parseInt(byte.padEnd(8, '0'), 2)),
      () => {
        throw new Error('ended');
      },
    );
  };

  it('is read by words of any length, also up to the last bit', () => {
    // 0, 10, 110 … and of 20 bits two.
    const lengths = Uint8Array.from({ length: 21 }, (_, symbol) => Math.min(20, symbol + 1));
    const code = new HuffmanCode(lengths);
    const word = (symbol: number) => (symbol === 20 ? '1'.repeat(20) : `${'1'.repeat(symbol)}0`);
    const symbols = Array.from({ length: 21 * 21 }, (_, i) => [Math.floor(i / 21), i % 21]).flat();
    const bits = bitsOf([...symbols.map(word), '1'.repeat(7)]);
    expect(symbols.map(() => code.read(bits))).toEqual(symbols);
    for (let symbol = 0; symbol < 21; symbol++) expect(code.read(bitsOf([word(symbol)]))).toBe(symbol);
    expect(() => code.read(bitsOf(['1'.repeat(16)]))).toThrow('ended');
    expect(() => code.read(bitsOf([]))).toThrow('ended');
  });

  it('that leaves words out says so, and one with too many is read as far as it goes', () => {
    expect(new HuffmanCode(Uint8Array.of(2, 2, 2)).read(bitsOf(['11', '0'.repeat(30)]))).toBe(-1);
    const crowded = new HuffmanCode(Uint8Array.of(1, 1, 1, 2));
    const bits = bitsOf(['0', '1', '0']);
    expect([crowded.read(bits), crowded.read(bits), crowded.read(bits)]).toEqual([0, 1, 0]);
  });
});
