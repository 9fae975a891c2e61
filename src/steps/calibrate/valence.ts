/** Maximum of Fe L3 between ferrous and ferric compounds, eV. */
export const IRON_L3_EV = 708.7;
/** From Fe²⁺ to Fe³⁺, eV (P. A. van Aken & al., Phys. Chem. Minerals 25 (1998) 323: 707.8 to 709.5). */
const FULL_SHIFT_EV = 1.7;

/** What a shift of an EELS axis would be taken for in the valence of iron, as a sentence. */
export function ironValence(shift: number, unit: string): string {
  const share = Math.abs(shift) / FULL_SHIFT_EV;
  return `${shift < 0 ? '−' : '+'}${Math.abs(shift).toPrecision(2)} ${unit} at Fe L3 would pass for ${share.toPrecision(2)} in Fe³⁺/ΣFe: 0.3 eV is 0.18, the full shift from Fe²⁺ to Fe³⁺ 1.7 eV`;
}
