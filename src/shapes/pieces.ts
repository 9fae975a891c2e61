type PerPixel = Float64Array | Float32Array | Uint8Array;

/**
 * Per-pixel results of tiles, in order, as one array. A fold keeps them as a list, so that merging copies nothing; each piece
 * is let go as it is copied.
 */
export function joinPieces<A extends PerPixel>(pieces: A[], empty: A): A {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const joined = new (empty.constructor as new (length: number) => A)(length);
  let at = 0;
  for (let i = 0; i < pieces.length; i++) {
    joined.set(pieces[i], at);
    at += pieces[i].length;
    pieces[i] = empty;
  }
  pieces.length = 0;
  return joined;
}
