import { machine, Room } from './wasm/machine.ts';

/** Bytes that are turned at a time: with what comes of them they stay in the cache. */
const PIECE = 2 ** 17;

/**
 * Numbers whose bytes lie sorted by their place in a number — first bytes of all of them, then second bytes … — in order,
 * into `to`.
 * @param width Bytes of a number: 2, 4 or 8.
 * @param read Fills `target` with bytes of plane `plane` from number `first` on.
 * @param copy Is given numbers `first` … as bytes, in memory that is used again when it returns.
 */
export function unshuffled(
  width: number,
  numbers: number,
  read: (target: Uint8Array, plane: number, first: number) => void,
  copy: (bytes: Uint8Array, first: number) => void,
): void {
  const most = PIECE / width;
  const room = new Room();
  const from = room.place(PIECE);
  const to = room.place(PIECE);
  const memory = new Uint8Array(room.buffer());
  for (let first = 0; first < numbers; first += most) {
    const some = Math.min(most, numbers - first);
    for (let plane = 0; plane < width; plane++) {
      read(memory.subarray(from + plane * most, from + plane * most + some), plane, first);
    }
    machine().unshuffle(width, from, most, to, some);
    copy(memory.subarray(to, to + some * width), first);
  }
}
