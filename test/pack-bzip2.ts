/** Bits that follow each other, the highest of each byte first. */
class BitWriter {
  readonly bytes: number[] = [];
  #held = 0;
  #count = 0;

  write(value: number, count: number): void {
    for (let bit = count - 1; bit >= 0; bit--) {
      this.#held = (this.#held << 1) | (Math.floor(value / 2 ** bit) & 1);
      if (++this.#count === 8) {
        this.bytes.push(this.#held);
        this.#held = 0;
        this.#count = 0;
      }
    }
  }

  end(): Uint8Array {
    while (this.#count > 0) this.write(0, 1);
    return Uint8Array.from(this.bytes);
  }
}

/** Packs a few kB as bzip2 does, in blocks of at most `block` bytes: with two equal codes, all words of one length. */
export function packBzip2(data: Uint8Array, block = 4000): Uint8Array {
  const out = new BitWriter();
  for (const letter of 'BZh1') out.write(letter.charCodeAt(0), 8);
  let combined = 0;
  for (let start = 0; start < data.length; start += block) {
    const piece = data.subarray(start, start + block);
    const crc = crcOf(piece);
    combined = (((combined << 1) | (combined >>> 31)) ^ crc) >>> 0;
    writeBlock(out, runLengths(piece), crc);
  }
  out.write(0x177245385090, 48);
  out.write(combined, 32);
  return out.end();
}

function crcOf(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return ~crc >>> 0;
}

/** After four equal bytes stands how many more there are. */
function runLengths(data: Uint8Array): number[] {
  const out: number[] = [];
  for (let i = 0; i < data.length; ) {
    let run = 1;
    while (run < 259 && data[i + run] === data[i]) run++;
    for (let k = 0; k < Math.min(4, run); k++) out.push(data[i]);
    if (run >= 4) out.push(run - 4);
    i += run;
  }
  return out;
}

function writeBlock(out: BitWriter, bytes: readonly number[], crc: number): void {
  const n = bytes.length;
  const rotations = Array.from({ length: n }, (_, i) => i).sort((a, b) => {
    for (let k = 0; k < n; k++) {
      const difference = bytes[(a + k) % n] - bytes[(b + k) % n];
      if (difference !== 0) return difference;
    }
    return 0;
  });
  const used = [...new Set(bytes)].sort((a, b) => a - b);
  const end = used.length + 1;
  const front = [...used];
  const symbols: number[] = [];
  let run = 0;
  const flush = () => {
    for (; run > 0; run = (run - 1) >> 1) symbols.push(run & 1 ? 0 : 1);
  };
  for (const rotation of rotations) {
    const place = front.indexOf(bytes[(rotation + n - 1) % n]);
    if (place === 0) run++;
    else {
      flush();
      symbols.push(place + 1);
      front.unshift(...front.splice(place, 1));
    }
  }
  flush();
  symbols.push(end);
  out.write(0x314159265359, 48);
  out.write(crc, 32);
  out.write(0, 1);
  out.write(rotations.indexOf(0), 24);
  const rows = Array.from({ length: 16 }, (_, row) => used.filter((byte) => byte >> 4 === row));
  for (const row of rows) out.write(row.length > 0 ? 1 : 0, 1);
  for (const row of rows.filter(({ length }) => length > 0)) {
    for (let column = 0; column < 16; column++) out.write(row.some((byte) => (byte & 15) === column) ? 1 : 0, 1);
  }
  const groups = Math.ceil(symbols.length / 50);
  out.write(2, 3);
  out.write(groups, 15);
  for (let group = 0; group < groups; group++) out.write(0, 1);
  const length = Math.max(1, Math.ceil(Math.log2(end + 1)));
  for (let code = 0; code < 2; code++) {
    out.write(length, 5);
    for (let symbol = 0; symbol <= end; symbol++) out.write(0, 1);
  }
  for (const symbol of symbols) out.write(symbol, length);
}
