import { type FileReference, openReference } from './file-reference.ts';
import type { FolderSource } from './folder.ts';

/** A folder as plain data that crosses worker boundaries: on disk, as Blobs, or in a zip archive. */
export type FolderReference =
  | { readonly path: string }
  | { readonly name: string; readonly files: readonly { readonly path: string; readonly blob: Blob }[] }
  | { readonly zip: FileReference };

/** @throws SpectrailError `format/…` when it is gone. */
export async function openFolderReference(reference: FolderReference): Promise<FolderSource> {
  if ('path' in reference) return (await import('./node-folder.ts')).openNodeFolder(reference.path);
  if ('files' in reference) return (await import('./blob-folder.ts')).folderOfBlobs(reference.name, reference.files);
  return (await import('./zip/folder.ts')).openZip(await openReference(reference.zip));
}
