import type { Bits } from './bits.ts';
import { HuffmanCode, readLengths } from './huffman.ts';

/** Symbols that one choice of a code holds for. */
const GROUP = 50;
const MOST_CODES = 6;
/** So many bytes are moved faster one by one. */
const FEW = 16;

/**
 * Decodes a block down to the last column of its rotations, and chains them: the low 8 bits of `chain[i]` are a byte, the rest
 * is the place of the next one.
 * @param chain Holds the longest block.
 * @returns how many bytes there are, and the place where the first one is told.
 */
export function readBlock(
  bits: Bits,
  chain: Uint32Array,
  bad: (what: string) => never,
): { length: number; start: number } {
  if (bits.read(1) === 1) bad('a block is randomised, which no program since 1999 does');
  const origin = bits.read(24);
  const used = readAlphabet(bits);
  if (used.length === 0) bad('a block uses no byte');
  const { codes, choices } = readCodes(bits, used.length + 2, bad);
  const counts = new Uint32Array(256);
  const length = readColumn(bits, { used, codes, choices, chain, counts }, bad);
  if (origin >= length) bad(`a block of ${length} bytes begins at ${origin}`);
  let before = 0;
  for (let byte = 0; byte < 256; byte++) {
    const count = counts[byte];
    counts[byte] = before;
    before += count;
  }
  for (let i = 0; i < length; i++) chain[counts[chain[i] & 0xff]++] |= i << 8;
  return { length, start: chain[origin] >>> 8 };
}

/** The bytes that occur, in their order. */
function readAlphabet(bits: Bits): number[] {
  const rows = bits.read(16);
  const used: number[] = [];
  for (let row = 0; row < 16; row++) {
    if (!(rows & (0x8000 >> row))) continue;
    const columns = bits.read(16);
    for (let column = 0; column < 16; column++) if (columns & (0x8000 >> column)) used.push(16 * row + column);
  }
  return used;
}

function readCodes(bits: Bits, symbols: number, bad: (what: string) => never) {
  const count = bits.read(3);
  const groups = bits.read(15);
  if (count < 2 || count > MOST_CODES || groups === 0) bad(`a block has ${count} codes for ${groups} groups`);
  const order = Array.from({ length: count }, (_, i) => i);
  const choices = new Uint8Array(groups);
  for (let g = 0; g < groups; g++) {
    let place = 0;
    while (bits.read(1) === 1) if (++place >= count) bad(`a group chooses code ${place} of ${count}`);
    const [chosen] = order.splice(place, 1);
    order.unshift(chosen);
    choices[g] = chosen;
  }
  const codes = Array.from({ length: count }, () => {
    const lengths = readLengths(bits, symbols);
    return lengths ? new HuffmanCode(lengths) : bad('a code has words of a length that is not from 1 to 20');
  });
  return { codes, choices };
}

interface Column {
  readonly used: readonly number[];
  readonly codes: readonly HuffmanCode[];
  readonly choices: Uint8Array;
  readonly chain: Uint32Array;
  /** Of each byte. */
  readonly counts: Uint32Array;
}

/** Undoes the codes, the runs of the byte in front, and the moving to front. */
function readColumn(bits: Bits, { used, codes, choices, chain, counts }: Column, bad: (what: string) => never): number {
  const front = Uint8Array.from(used);
  const end = used.length + 1;
  let length = 0;
  let run = 0;
  let weight = 1;
  for (let read = 0; ; read++) {
    const group = Math.floor(read / GROUP);
    if (group >= choices.length) bad('a block has more symbols than groups');
    const symbol = codes[choices[group]].read(bits);
    if (symbol < 0) bad('a word is in no code');
    if (symbol <= 1) {
      run += weight << symbol;
      weight <<= 1;
      if (run > chain.length) bad(`a run of ${run} bytes is longer than a block`);
      continue;
    }
    if (run > 0) {
      if (length + run > chain.length) bad(`a block has more than ${chain.length} bytes`);
      chain.fill(front[0], length, length + run);
      counts[front[0]] += run;
      length += run;
      run = 0;
      weight = 1;
    }
    if (symbol === end) return length;
    if (length === chain.length) bad(`a block has more than ${chain.length} bytes`);
    const place = symbol - 1;
    const byte = front[place];
    if (place < FEW) for (let i = place; i > 0; i--) front[i] = front[i - 1];
    else front.copyWithin(1, 0, place);
    front[0] = byte;
    chain[length++] = byte;
    counts[byte]++;
  }
}
