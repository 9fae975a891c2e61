const WIDTH = 32;
const SHIFT = 5;
const MASK = WIDTH - 1;
const SWEEPS = 48;

/**
 * The n×n vector matrix of a QL iteration, kept as panels of 32 columns. Rotations of neighbouring rows are queued and
 * applied many sweeps at a time, panel by panel: a panel stays in the cache while all of them pass over it (after
 * B. Lang, SIAM J. Sci. Comput. 19 (1998) 1115), where sweep by sweep the whole matrix would come from memory.
 */
export class SweepPanels {
  private readonly cells: Float64Array;
  private readonly panels: number;
  private readonly cosines: Float64Array;
  private readonly sines: Float64Array;
  private readonly top = new Int32Array(SWEEPS);
  private readonly start = new Int32Array(SWEEPS + 1);
  private sweeps = 0;
  private queued = 0;

  constructor(private readonly n: number) {
    this.panels = Math.ceil(n / WIDTH);
    this.cells = new Float64Array(this.panels * WIDTH * n);
    this.cosines = new Float64Array(SWEEPS * n);
    this.sines = new Float64Array(SWEEPS * n);
  }

  setRow(row: number, source: Float64Array, offset: number): void {
    const { n, cells } = this;
    for (let j = 0; j < n; j++) cells[((j >> SHIFT) * n + row) * WIDTH + (j & MASK)] = source[offset + j];
  }

  getRow(row: number, out: Float64Array): void {
    const { n, cells } = this;
    for (let j = 0; j < n; j++) out[j] = cells[((j >> SHIFT) * n + row) * WIDTH + (j & MASK)];
  }

  /** The rotations that follow act on rows (top, top + 1), then (top − 1, top), and so on downwards. */
  beginSweep(top: number): void {
    if (this.sweeps === SWEEPS) this.flush();
    this.top[this.sweeps] = top;
    this.start[this.sweeps++] = this.queued;
    this.start[this.sweeps] = this.queued;
  }

  /** Row i+1 ← s·row i + c·row i+1; row i ← c·row i − s·row i+1. */
  rotate(c: number, s: number): void {
    this.cosines[this.queued] = c;
    this.sines[this.queued++] = s;
    this.start[this.sweeps] = this.queued;
  }

  flush(): void {
    for (let panel = 0; panel < this.panels; panel++) {
      const base = panel * this.n * WIDTH;
      for (let sweep = 0; sweep < this.sweeps; sweep++) this.applySweep(base, sweep);
    }
    this.sweeps = 0;
    this.queued = 0;
  }

  private applySweep(base: number, sweep: number): void {
    const { cells, cosines, sines } = this;
    const end = this.start[sweep + 1];
    let at = this.start[sweep];
    let upper = base + (this.top[sweep] + 1) * WIDTH;
    for (; at + 1 < end; at += 2, upper -= 2 * WIDTH) {
      const c = cosines[at];
      const s = sines[at];
      const c2 = cosines[at + 1];
      const s2 = sines[at + 1];
      for (let j = upper, stop = upper + WIDTH; j < stop; j++) {
        const high = cells[j];
        const middle = cells[j - WIDTH];
        const low = cells[j - 2 * WIDTH];
        const between = c * middle - s * high;
        cells[j] = s * middle + c * high;
        cells[j - WIDTH] = s2 * low + c2 * between;
        cells[j - 2 * WIDTH] = c2 * low - s2 * between;
      }
    }
    if (at < end) {
      const c = cosines[at];
      const s = sines[at];
      for (let j = upper, stop = upper + WIDTH; j < stop; j++) {
        const high = cells[j];
        const low = cells[j - WIDTH];
        cells[j] = s * low + c * high;
        cells[j - WIDTH] = c * low - s * high;
      }
    }
  }
}
