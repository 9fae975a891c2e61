import { CounterRandom } from '../../src/kernels/random.ts';
import type { Dataset } from '../../src/signal/dataset.ts';
import { type Mutant, mutants } from '../laws/hostile/mutants.ts';
import type { Part, Sample } from '../laws/hostile/samples.ts';
import { BYTE_DAMAGES, type Bytes, type Damage, pick } from './damage.ts';
import { damagePacked } from './packed-damage.ts';
import { TEXT_DAMAGES } from './text-damage.ts';

/** A damaged file, and how it came to be. */
export interface Input {
  readonly sample: Sample;
  /** Of which good file, and what was done to it, in order. */
  readonly what: string;
}

/** A good file this much larger than another is damaged half as often: it takes longer to read. */
const HALF_AS_OFTEN_BYTES = 1 << 14;
const MOST_DAMAGES = 8;
const HEADER_BYTES = 1024;
/** Where a damage found nothing to damage. */
const LAST_RESORT = 'bits flipped';

/**
 * The inputs of a campaign, by number: the same for the same good files, seed and number, whatever was asked for before.
 * Some begin as mutants of the fixed family (laws/hostile/mutants.ts); one to eight random damages come on top.
 */
export class Inputs {
  private readonly family = new Map<Sample, readonly Mutant[]>();
  private readonly random: CounterRandom;

  constructor(
    private readonly samples: readonly Sample[],
    seed: number,
    private readonly open: (sample: Sample) => Promise<readonly Dataset[]>,
  ) {
    this.random = new CounterRandom(seed, 0);
  }

  async input(number: number): Promise<Input> {
    const { random } = this;
    random.reset(number);
    const sample = this.chosen();
    const done: string[] = [];
    let { parts } = sample;
    if (random.integer(4) === 0) {
      const { what, make } = pick(await this.mutantsOf(sample), random);
      done.push(what);
      parts = make();
    }
    // Many at once are often refused for the first of them.
    const most = random.integer(2) === 0 ? 1 : MOST_DAMAGES;
    for (let n = 1 + random.integer(most); n > 0; n--) parts = this.damaged(sample, parts, done);
    const sealed = (await sample.seal?.(parts)) ?? parts;
    return { sample: { ...sample, parts: sealed }, what: `${sample.name}: ${done.join(', ')}` };
  }

  private chosen(): Sample {
    const weights = this.samples.map(({ parts }) => 1 / (HALF_AS_OFTEN_BYTES + sizeOf(parts)));
    let left = this.random.next() * weights.reduce((sum, weight) => sum + weight, 0);
    return this.samples.find((_, s) => (left -= weights[s]) < 0) ?? this.samples[0];
  }

  private async mutantsOf(sample: Sample): Promise<readonly Mutant[]> {
    const known = this.family.get(sample) ?? mutants(sample, await this.open(sample));
    this.family.set(sample, known);
    return known;
  }

  private damaged({ folder }: Sample, parts: readonly Part[], done: string[]): readonly Part[] {
    const { random } = this;
    if (parts.length === 0) return parts;
    // The file that is opened says what the others are.
    const p = folder || random.integer(3) === 0 ? random.integer(parts.length) : 0;
    const { name, bytes } = parts[p];
    if (folder && random.integer(16) === 0) {
      done.push(`without ${name}`);
      return parts.filter((_, other) => other !== p);
    }
    const kin = this.kinOf(bytes);
    const damage: Damage = (given) => {
      const [what, drawn] = this.drawn(given);
      done.push(what);
      return drawn(given, random, kin);
    };
    const after = random.integer(4) > 0 ? damagePacked(bytes, damage, random, done) : damage(bytes, random, kin);
    const changed = Buffer.compare(after, bytes) !== 0 ? after : BYTE_DAMAGES[LAST_RESORT](bytes, random, kin);
    return parts.map((part, other) => (other === p ? { name, bytes: changed } : part));
  }

  private kinOf(bytes: Bytes): readonly Bytes[] {
    const { parts } = this.chosen();
    return parts.length > 0 ? [pick(parts, this.random).bytes] : [bytes];
  }

  /** Text meets more of what harms text; what is no text, at times as well: it may hold some. */
  private drawn(bytes: Bytes): [string, Damage] {
    const binary = bytes.subarray(0, HEADER_BYTES).includes(0);
    const text = this.random.integer(8) < (binary ? 1 : 6);
    return pick(Object.entries(text ? TEXT_DAMAGES : BYTE_DAMAGES), this.random);
  }
}

const sizeOf = (parts: readonly Part[]) => parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
