export const SFS_MAGIC = 'AAMVHFSS';

/** Do these bytes start as an AidAim Single File System does? */
export function isSfs(head: Uint8Array): boolean {
  return head.length >= SFS_MAGIC.length && [...SFS_MAGIC].every((letter, i) => head[i] === letter.charCodeAt(0));
}
