import { gunzipSync, gzipSync, unzipSync, zipSync } from 'fflate';
import { Bunzip2, isBzip2 } from '../../src/formats/phenom-elid/bunzip2.ts';
import type { CounterRandom } from '../../src/kernels/random.ts';
import { packBzip2 } from '../../test/pack-bzip2.ts';
import { type Bytes, type Damage, pick } from './damage.ts';

/** Names that must lead nowhere. */
const NAMES = ['../escaped', '/etc/passwd', '..\\escaped', '__proto__', 'constructor', 'a/../../b', '', '.', 'C:\\x'];
/** What unpacks to more is left as it is: packing it again would take longer than reading it. */
const MOST_UNPACKED = 1 << 22;
/** The same for bzip2, whose packer sorts: in short blocks, so that equal bytes do not take long. */
const MOST_SORTED = 1 << 14;
const SORTED_BLOCK = 256;
/** The same bytes whenever it is packed. */
const PACKING = { level: 1, mtime: new Date(1990, 0, 1) } as const;

/**
 * Unpacks, damages what was packed, and packs it again: beyond what checks of the packing refuse. What is not packed is
 * damaged as it is. `done` takes down what was done to the archive itself.
 */
export function damagePacked(bytes: Bytes, damage: Damage, random: CounterRandom, done: string[]): Bytes {
  const unpacked = unpack(bytes);
  if (unpacked instanceof Uint8Array) {
    const damaged = damage(unpacked, random, []);
    return isBzip2(bytes)
      ? Uint8Array.from(packBzip2(damaged, SORTED_BLOCK))
      : Uint8Array.from(gzipSync(damaged, PACKING));
  }
  if (unpacked) return damageMembers(unpacked, damage, random, done);
  return damage(bytes, random, []);
}

type Members = [name: string, content: Bytes][];

/** Undefined for what is not packed, cannot be unpacked any more, or unpacks to too much. */
function unpack(bytes: Bytes): Bytes | Members | undefined {
  try {
    if (isZip(bytes)) return unzip(bytes);
    if (isBzip2(bytes)) return bunzip(bytes);
    if (!isGzip(bytes)) return undefined;
    const unpacked = Uint8Array.from(gunzipSync(bytes));
    return unpacked.length > MOST_UNPACKED ? undefined : unpacked;
  } catch {
    return undefined;
  }
}

function bunzip(bytes: Bytes): Bytes | undefined {
  const out = new Uint8Array(MOST_SORTED + 1);
  const length = new Bunzip2(bytes, '').read(out);
  return length > MOST_SORTED ? undefined : out.slice(0, length);
}

const isZip = (bytes: Bytes) => bytes[0] === 0x50 && bytes[1] === 0x4b;
const isGzip = (bytes: Bytes) => bytes[0] === 0x1f && bytes[1] === 0x8b;

function unzip(bytes: Bytes): Members | undefined {
  let total = 0;
  const files = unzipSync(bytes, {
    filter: ({ originalSize }) => {
      total += originalSize;
      return total <= MOST_UNPACKED;
    },
  });
  if (total > MOST_UNPACKED || Object.keys(files).length === 0) return undefined;
  return Object.entries(files).map(([name, content]) => [name, Uint8Array.from(content)]);
}

function damageMembers(members: Members, damage: Damage, random: CounterRandom, done: string[]): Bytes {
  const m = random.integer(members.length);
  const [name, content] = members[m];
  const kind = random.integer(16);
  if (kind === 0) members[m] = [pick(NAMES, random), content];
  else if (kind === 1) members.splice(m, 1);
  else if (kind === 2) members[m] = [name, pick(members, random)[1]];
  else members[m] = [name, damage(content, random, [])];
  done.push(`${name} ${['renamed', 'taken out', 'exchanged'][kind] ?? 'packed again'}`);
  const files = Object.fromEntries(members.map(([path, data]) => [path === PROTO ? STAND_IN : path, data]));
  const packed = Uint8Array.from(zipSync(files, { ...PACKING, level: pick([0, 1] as const, random) }));
  return named(packed, STAND_IN, PROTO);
}

/** The packer itself cannot take this name: it packs another of the same length, which then is replaced. */
const PROTO = '__proto__';
const STAND_IN = '%%proto%%';

function named(bytes: Bytes, from: string, to: string): Bytes {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = whole.indexOf(from); at >= 0; at = whole.indexOf(from, at + 1)) whole.write(to, at, 'latin1');
  return bytes;
}
