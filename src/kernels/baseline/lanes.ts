import { inputError } from '../../signal/errors.ts';
import { EXPONENTIAL_TABLE } from '../portable-math.ts';
import { type Machine, machine, Room } from '../wasm/machine.ts';
import { DIFFERENCES, differenceBands } from './penalty.ts';
import type { WhittakerSettings } from './whittaker-options.ts';

/** Rows that are solved at once. */
export const LANES = 8;

/** What became of each row. */
export interface BaselineFit {
  /** Linear systems solved; 0 where there was nothing to solve. */
  readonly iterations: Uint32Array;
  /** 1 where the method's own rule ended the iteration, 0 where the number of iterations did. */
  readonly converged: Uint8Array;
}

/** How a method goes on from one solve to the next. */
export interface Method {
  /** Multiple of D₁ᵀD₁ added to the matrix. */
  readonly firstOrder?: number;
  /** Whether a row of the penalty is scaled channel by channel, or something is added to the right-hand side. */
  readonly scales?: boolean;
  readonly extra?: boolean;
  /** Whether every solution is corrected in any case. */
  readonly corrected?: boolean;
  /** What a row brings into its lane beside its values and unit weights. */
  enter?(lanes: Lanes, lane: number, row: number): void;
  /** Solves, where it is not the plain system. */
  solve?(lanes: Lanes): void;
  /** New weights in all lanes that are busy. */
  reweigh(lanes: Lanes): void;
}

/** λ over the weights that count, beyond which rounding in the plain solution would show: there it is some 10⁻⁷ of the range of y. */
export const STIFFEST = 1e11;

/** Bytes behind the table of the exponential that weighing takes. */
const STEPS = 1024;

type WeightLaw = (lanes: Machine) => (...numbers: number[]) => void;

/** Places of the arrays in the kernels' memory, in bytes: channels × 8 lanes each where nothing else is said. */
interface Places {
  readonly y: number;
  /** Weights over λ. */
  readonly w: number;
  readonly z: number;
  readonly elimination: number;
  readonly scales: number;
  readonly extra: number;
  readonly factors: number;
  readonly bands: number;
  readonly difference: number;
  /** For the correction of a solution. */
  readonly zeros: number;
  readonly work: number;
  readonly rest: number;
  readonly correction: number;
  /** Three numbers a lane. */
  readonly told: number;
  readonly residuals: number;
  readonly changes: number;
  readonly exponential: number;
  /** One row. */
  readonly row: number;
}

/**
 * Eight rows on their way, each in a lane of its own until its iteration ends; then the next row takes the lane. Nothing in a
 * lane depends on the others, so a row's result is the same whatever rows are about it.
 */
export class Lanes {
  readonly channels: number;
  readonly at: Places;
  /** The kernels' memory. */
  readonly numbers: Float64Array;
  /** Solves that the row in each lane has seen. */
  readonly rounds = new Uint32Array(LANES);
  readonly fit: BaselineFit;
  private readonly values: Float64Array;
  private readonly out: Float64Array;
  private readonly settings: WhittakerSettings;
  private readonly method: Method;
  private readonly rowOf = new Int32Array(LANES).fill(-1);
  private readonly plain: boolean;
  /** A row on its way in or out. */
  private readonly row: Float64Array;
  private next = 0;
  private busy = 0;

  constructor(values: Float64Array, channels: number, out: Float64Array, settings: WhittakerSettings, method: Method) {
    const rows = values.length / channels;
    this.values = values;
    this.channels = channels;
    this.out = out;
    this.settings = settings;
    this.method = method;
    const { firstOrder, scales, extra, corrected } = method;
    this.plain = settings.order === 2 && settings.lambda <= STIFFEST && !(firstOrder || scales || extra || corrected);
    this.fit = { iterations: new Uint32Array(rows), converged: new Uint8Array(rows) };
    const room = new Room();
    const even = channels + (channels % 2);
    const all = 8 * LANES * even;
    const bands = differenceBands(channels, settings.order, method.firstOrder);
    this.at = {
      y: room.place(all),
      w: room.place(all),
      z: room.place(all + 16 * LANES),
      elimination: room.place(this.plain ? 20 * LANES * (even + 2) : 4 * all),
      scales: method.scales ? room.place(all) : 0,
      extra: method.extra ? room.place(all) : 0,
      factors: room.place(all),
      bands: room.place(bands.byteLength),
      difference: room.place(8 * 4),
      zeros: room.place(this.plain ? 0 : all),
      work: room.place(this.plain ? 0 : all + 48 * LANES),
      rest: room.place(this.plain ? 0 : all),
      correction: room.place(this.plain ? 0 : all),
      told: room.place(24 * LANES),
      residuals: room.place(24 * LANES),
      changes: room.place(16 * LANES),
      exponential: room.place(EXPONENTIAL_TABLE.byteLength + STEPS),
      row: room.place(8 * channels),
    };
    this.numbers = new Float64Array(room.buffer());
    this.row = this.numbers.subarray(this.at.row / 8, this.at.row / 8 + channels);
    this.numbers.fill(0, this.at.y / 8, this.at.row / 8 + channels);
    this.numbers.set(EXPONENTIAL_TABLE, this.at.exponential / 8);
    this.numbers.set(bands, this.at.bands / 8);
    this.numbers.set(DIFFERENCES[settings.order], this.at.difference / 8);
  }

  get lambda(): number {
    return this.settings.lambda;
  }

  run(): BaselineFit {
    const { method, settings, rounds } = this;
    for (this.fill(); this.busy > 0; this.fill()) {
      if (method.solve) method.solve(this);
      else this.solve();
      for (let lane = 0; lane < LANES; lane++) rounds[lane]++;
      method.reweigh(this);
      for (let lane = 0; lane < LANES; lane++) {
        if (rounds[lane] >= settings.maxIterations) this.finish(lane, false);
      }
    }
    return this.fit;
  }

  /**
   * Solves (Ω + S·K + F) z = Ω y + e in all lanes; Ω from `weights`. All but the plain second-order system are solved twice,
   * the second time for what rounding left over: neither asPLS nor squared weights nor the stiffest baselines would bear it.
   */
  solve(weights = this.at.w): void {
    const { channels, settings, method, at } = this;
    const { y, z, elimination, scales, extra, bands, difference, zeros, work, rest, correction } = at;
    if (this.plain) {
      machine().solveSecondOrder(y, weights, (channels + 1) >> 1, z, elimination);
      return;
    }
    const { solveBands, bandedRest, addLanes } = machine();
    solveBands(y, weights, scales, extra, bands, channels, z, elimination);
    const { order } = settings;
    bandedRest(y, weights, scales, extra, difference, order, method.firstOrder ?? 0, channels, z, work, rest);
    solveBands(zeros, weights, scales, rest, bands, channels, correction, elimination);
    addLanes(z, correction, channels);
  }

  /** The row in this lane is done. */
  finish(lane: number, converged: boolean): void {
    const row = this.rowOf[lane];
    if (row < 0) return;
    const { weights, lambda } = this.settings;
    this.fit.iterations[row] = this.rounds[lane];
    this.fit.converged[row] = converged ? 1 : 0;
    this.copyOut(this.at.z, lane, 1, this.out, row);
    if (weights) this.copyOut(this.at.w, lane, lambda, weights, row);
    this.rowOf[lane] = -1;
    this.busy--;
  }

  /** Number, mean and, if asked for, spread of the negative residuals, by lane: see `residual`. */
  measureResiduals(spread = true): void {
    machine().negativeResiduals(this.at.y, this.at.z, this.channels, spread ? 1 : 0, this.at.residuals);
  }

  /** @param which 0 number, 1 mean, 2 sum of squares about it */
  residual(which: number, lane: number): number {
    return this.numbers[this.at.residuals / 8 + which * LANES + lane];
  }

  /** Standard deviation, with n − 1, of the negative residuals; NaN for fewer than two. */
  spreadBelow(lane: number): number {
    const number = this.residual(0, lane);
    return number < 2 ? Number.NaN : Math.sqrt(this.residual(2, lane) / (number - 1));
  }

  tell(lane: number, ...told: number[]): void {
    for (const [k, value] of told.entries()) this.numbers[this.at.told / 8 + k * LANES + lane] = value;
  }

  /** Weighs by a law of the kernels. */
  weigh(law: WeightLaw): void {
    const { y, z, w, factors, told, exponential, changes } = this.at;
    law(machine())(y, z, w, factors, 1 / this.lambda, this.channels, told, exponential, changes);
  }

  /** Ends the rows whose weights changed by no more than the tolerance. */
  endWhereSettled(): void {
    const { numbers, at, settings } = this;
    const limit = settings.tolerance * settings.tolerance;
    for (let lane = 0; lane < LANES; lane++) {
      const change = numbers[at.changes / 8 + lane];
      if (change <= limit * numbers[at.changes / 8 + LANES + lane]) this.finish(lane, true);
    }
  }

  private fill(): void {
    for (let lane = 0; lane < LANES; lane++) {
      while (this.rowOf[lane] < 0 && this.next < this.fit.converged.length) this.enter(lane, this.next++);
    }
  }

  private enter(lane: number, row: number): void {
    const { channels, values, out, at, settings } = this;
    const from = row * channels;
    const numbers = values.subarray(from, from + channels);
    this.row.set(numbers);
    const finite = machine().enterLane(at.row, channels, lane, at.y, at.w, 1 / settings.lambda) === 1;
    if (!finite || channels <= settings.order) {
      if (finite) out.set(numbers, from);
      else out.fill(Number.NaN, from, from + channels);
      settings.weights?.fill(finite ? 1 : Number.NaN, from, from + channels);
      this.fit.converged[row] = finite ? 1 : 0;
      return;
    }
    this.rowOf[lane] = row;
    this.busy++;
    this.rounds[lane] = 0;
    this.method.enter?.(this, lane, row);
  }

  private copyOut(from: number, lane: number, factor: number, target: Float64Array, row: number): void {
    const { channels, at } = this;
    machine().leaveLane(from, channels, lane, factor, at.row);
    target.set(this.row, row * channels);
  }
}

/** Fits all rows. @throws SpectrailError `input/baseline-shape` where the arrays are not rows × channels. */
export function fitRows(
  values: Float64Array,
  channels: number,
  out: Float64Array,
  settings: WhittakerSettings,
  method: Method,
): BaselineFit {
  requireRows(values, channels, out, settings.weights ?? out);
  return new Lanes(values, channels, out, settings, method).run();
}

/** @throws SpectrailError `input/baseline-shape` unless all are whole rows, as many as the first. */
export function requireRows(values: Float64Array, channels: number, ...others: Float64Array[]): void {
  const whole = Number.isInteger(channels) && channels >= 1 && values.length % channels === 0;
  const wrong = others.find(({ length }) => length !== values.length);
  if (whole && !wrong) return;
  throw inputError({
    code: 'baseline-shape',
    what: wrong ? `arrays of ${values.length} and of ${wrong.length} numbers` : `${values.length} numbers`,
    where: 'baseline',
    expected: `whole rows of ${channels} channels, as many in each array`,
  });
}
