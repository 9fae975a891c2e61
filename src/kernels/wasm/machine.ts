import { internalError } from '../../signal/errors.ts';
import { KERNELS_BASE64 } from './binary.ts';

type Call = (...numbers: number[]) => void;

/** What the compiled kernels offer. Pointers are byte offsets into their memory. */
export interface Machine {
  readonly memory: WebAssembly.Memory;
  readonly gramEvents32: Call;
  readonly gramEvents64: Call;
  readonly projectEvents32: Call;
  readonly projectEvents64: Call;
  readonly gramDense32: Call;
  readonly gramDense64: Call;
  readonly projectDense32: Call;
  readonly projectDense64: Call;
  readonly subtractProjections: Call;
  readonly subtractProjectionsOfMany: Call;
  readonly addComponent: (...numbers: number[]) => number;
  readonly absoluteMoments: Call;
  readonly wholeToSingles: Call;
  readonly wholeToDoubles: Call;
  readonly singlesToDoubles: Call;
  readonly doublesToSingles: Call;
  readonly dotRows: Call;
  readonly combineRows: Call;
  readonly totalsEvents: Call;
  readonly totalsDense: (...numbers: number[]) => number;
  readonly nearestCentres: (...numbers: number[]) => number;
  readonly clusterSums: Call;
  readonly labelSumsEvents: Call;
  readonly labelSumsDense: Call;
  readonly sumHalfBands: Call;
  readonly standardise: Call;
  readonly neighbourSums: Call;
  readonly sumColumns: Call;
  readonly excesses: (...numbers: number[]) => number;
  readonly nextPixel: () => number;
  readonly drawEvents: (...numbers: number[]) => number;
  readonly takePhotons: (...numbers: number[]) => number;
  readonly mergePhotons: (...numbers: number[]) => number;
  readonly sortPhotons: (...numbers: number[]) => number;
  readonly gramMatrixEvents: Call;
  readonly gramMatrixDense: Call;
  readonly isrea: (...numbers: number[]) => number;
  readonly snipRows: Call;
  readonly squaresEvents: (...numbers: number[]) => number;
  readonly squaresDense32: (...numbers: number[]) => number;
  readonly squaresDense64: (...numbers: number[]) => number;
  readonly exponentials: Call;
  readonly enterLane: (...numbers: number[]) => number;
  readonly leaveLane: Call;
  readonly solveSecondOrder: Call;
  readonly asymmetricRound: Call;
  readonly solveBands: Call;
  readonly bandedRest: Call;
  readonly addLanes: Call;
  readonly negativeResiduals: Call;
  readonly stepWeights: Call;
  readonly logisticWeights: Call;
  readonly ratioWeights: Call;
  readonly rootWeights: Call;
  readonly growingWeights: Call;
  readonly decayingWeights: Call;
  readonly bellWeights: Call;
  readonly evaluateLine: Call;
  readonly subtractLine: Call;
  readonly scoreLine: Call;
  readonly unshuffle: Call;
  readonly windowRows: Call;
}

let instance: Machine | undefined;

/**
 * The kernels of this thread, compiled when they are first asked for. Each thread has memory of its own, so nothing
 * here needs shared memory.
 * @throws SpectrailError `internal/no-webassembly` where the page or the engine forbids it.
 */
export function machine(): Machine {
  if (instance) return instance;
  try {
    const bytes = Uint8Array.from(atob(KERNELS_BASE64), (character) => character.charCodeAt(0));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
    instance = exports as unknown as Machine;
    return instance;
  } catch (cause) {
    throw internalError({
      code: 'no-webassembly',
      what: `the numerical kernels cannot be started (${cause instanceof Error ? cause.message : cause})`,
      expected: 'WebAssembly with 128-bit SIMD, as in every browser since 2023 and Node since 16',
      fix: "update the browser; on a page of your own allow 'wasm-unsafe-eval' in the script sources of its policy",
      cause,
    });
  }
}

const PAGE = 65536;
/** What lies below belongs to the kernels themselves. */
const FIRST = 4096;
const ALIGN = 64;

/** Places for the arrays of one call in the kernels' memory, one after the other from its start. */
export class Room {
  #next = FIRST;

  /** Offset of `bytes` bytes. Views of the memory must be made after the last place is taken: growing it ends them. */
  place(bytes: number): number {
    const at = this.#next;
    this.#next = Math.ceil((at + bytes) / ALIGN) * ALIGN;
    return at;
  }

  /** The end of what was placed; `release` gives back all that was placed after it. */
  mark(): number {
    return this.#next;
  }

  release(mark: number): void {
    this.#next = mark;
  }

  /** The memory, grown to hold everything placed. */
  buffer(): ArrayBuffer {
    const { memory } = machine();
    const missing = this.#next - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    return memory.buffer as ArrayBuffer;
  }
}
