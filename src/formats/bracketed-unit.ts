/** `Binding Energy [eV]` is a name and a unit; a text without brackets at its end is undefined. */
export function splitBracketedUnit(text: string): { name: string; unit: string } | undefined {
  const bracket = text.endsWith(']') ? text.lastIndexOf('[') : -1;
  return bracket < 0 ? undefined : { name: text.slice(0, bracket).trim(), unit: text.slice(bracket + 1, -1).trim() };
}
