@inline
export function times<T>(a: v128, b: v128): v128 {
  return v128.mul<T>(a, b);
}

/** sum + a·b, rounded twice: a fused multiply-add would give other bits on other machines. */
@inline
export function plus<T>(sum: v128, a: v128, b: v128): v128 {
  return v128.add<T>(sum, v128.mul<T>(a, b));
}
