/** Where something lies in each row, in channels. */
export interface Positions {
  /** Fractional channel of a peak, or displacement of features against a reference: positive towards higher channels. */
  readonly position: Float64Array;
  /** Standard uncertainty of it, from the errors of the values alone; Infinity where nothing was found. */
  readonly uncertainty: Float64Array;
  /** One of {@link FOUND}. */
  readonly flag: Uint8Array;
}

/** What became of a row. */
export const FOUND = {
  yes: 0,
  /** No intensity, or a value that is not finite: position 0, uncertainty Infinity. */
  nothing: 1,
  /** The position is at the end of where it was looked for. */
  atLimit: 2,
  /** The iteration did not come to rest: the position is where it stood. */
  restless: 3,
} as const;

export function positionsOf(rows: number): Positions {
  return {
    position: new Float64Array(rows),
    uncertainty: new Float64Array(rows),
    flag: new Uint8Array(rows),
  };
}

/** Writes one row. */
export function setPosition(out: Positions, row: number, position: number, variance: number, flag: number): void {
  const found = flag !== FOUND.nothing && variance >= 0;
  out.position[row] = found ? position : 0;
  out.uncertainty[row] = found ? Math.sqrt(variance) : Number.POSITIVE_INFINITY;
  out.flag[row] = found ? flag : FOUND.nothing;
}

/** Which values of a row are looked at, and what their errors are. */
export interface Reading {
  /** Channels [first, end); default: all. */
  readonly first?: number;
  readonly end?: number;
  /** 1 where a channel takes no part. */
  readonly masked?: Uint8Array;
  /** Values from here on are saturated and take no part; default: none. */
  readonly saturation?: number;
  /** Standard deviation of the readout noise, in counts; default 0. */
  readonly readout?: number;
}

/** @throws RangeError for channels or a readout noise that cannot be. */
export function checkReading(channels: number, reading: Reading): Required<Omit<Reading, 'masked'>> & Reading {
  const { first = 0, end = channels, saturation = Number.POSITIVE_INFINITY, readout = 0, masked } = reading;
  if (!(Number.isInteger(first) && Number.isInteger(end) && first >= 0 && end > first && end <= channels)) {
    throw new RangeError(`channels [${first}, ${end}) must lie within [0, ${channels})`);
  }
  if (!(readout >= 0 && readout < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`readout noise must be a number from 0, not ${readout}`);
  }
  if (!(saturation > 0)) throw new RangeError(`the level of saturation must be above 0, not ${saturation}`);
  return { first, end, saturation, readout, masked };
}
