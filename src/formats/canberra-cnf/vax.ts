/**
 * A number of 32 bits as a VAX keeps it (F_floating): two little-endian words, the one with sign and exponent first; the
 * exponent is over 128 and the mantissa between 1/2 and 1. Exponent 0 is the number 0, with a sign it is none.
 */
export function vaxFloat(view: DataView, offset: number): number {
  const [high, low] = [view.getUint16(offset, true), view.getUint16(offset + 2, true)];
  const exponent = (high >> 7) & 0xff;
  if (exponent === 0) return high >> 15 === 1 ? Number.NaN : 0;
  const mantissa = 0.5 + ((high & 0x7f) * 65536 + low) / 2 ** 24;
  return (high >> 15 === 1 ? -mantissa : mantissa) * powerOfTwo(exponent - 128);
}

const double = new DataView(new ArrayBuffer(8));

/** From its bits: engines differ in the last digit of powers. */
function powerOfTwo(exponent: number): number {
  double.setUint32(0, (exponent + 1023) << 20);
  return double.getFloat64(0);
}
