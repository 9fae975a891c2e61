/** Does a text begin as every VAMAS file does, whatever the date of its edition? */
export function isVamas(text: string): boolean {
  return /^VAMAS Surface Chemical Analysis Standard Data Transfer Format/i.test(text);
}
