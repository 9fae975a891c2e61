import { plainNumber } from '../plain-number.ts';

/** One exposure: its numbers stand in the text; when and where it was taken, if the file says so. */
export interface Frame {
  /** Of its numbers. */
  readonly start: number;
  readonly end: number;
  /** In steps of 100 ns. */
  readonly ticks?: bigint;
  /** Of the stage: x, y, z. */
  readonly position?: readonly number[];
}

/** By its tag and the place of its numbers. */
export function frameOf(tag: string, start: number, end: number): Frame {
  const ticks = /\sTimeStamp="([1-9]\d{0,18})"/.exec(tag)?.[1];
  const position = /\sValuePosition="([^";]{1,40});([^";]{1,40});([^";]{1,40})"/.exec(tag)?.slice(1).map(plainNumber);
  const known = position?.filter((value) => value !== undefined);
  return {
    start,
    end,
    ticks: ticks === undefined ? undefined : BigInt(ticks),
    position: known?.length === 3 ? known : undefined,
  };
}
