/** What comments begin with in an export of SpecsLab or SpecsLab Prodigy, `#` unless set otherwise; undefined for other files. */
export function commentPrefix(text: string): string | undefined {
  return /^\s{0,9}(\S{1,8})\s{0,99}Created by:\s{0,99}Specs/i.exec(text)?.[1];
}
