@inline
export function times<T>(a: v128, b: v128): v128 {
  return v128.mul<T>(a, b);
}

/** sum + a·b, rounded twice: a fused multiply-add would give other bits on other machines. */
@inline
export function plus<T>(sum: v128, a: v128, b: v128): v128 {
  return v128.add<T>(sum, v128.mul<T>(a, b));
}

/** The number at `at` in every lane, in one instruction. */
@inline
export function everywhere<T>(at: usize): v128 {
  return sizeof<T>() == 4 ? v128.load32_splat(at) : v128.load64_splat(at);
}
