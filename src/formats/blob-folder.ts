import { blobFile } from './blob-file.ts';
import { type FolderSource, folderOfFiles } from './folder.ts';

/**
 * A folder picked or dropped in a browser: files with their paths, as `webkitRelativePath` gives them (the name of the
 * folder first).
 * @throws SpectrailError `format/unsafe-path`.
 */
export function blobFolder(files: readonly File[]): FolderSource {
  const paths = files.map((file) => file.webkitRelativePath || file.name);
  const [name] = paths[0]?.split('/') ?? [''];
  const shared = paths.every((path) => path.startsWith(`${name}/`));
  const inside = files.map((blob, i) => ({ path: shared ? paths[i].slice(name.length + 1) : paths[i], blob }));
  return folderOfBlobs(shared ? name : 'folder', inside);
}

export function folderOfBlobs(
  name: string,
  files: readonly { readonly path: string; readonly blob: Blob }[],
): FolderSource {
  const opened = files.map(
    ({ path, blob }) => [path, async () => blobFile(blob, path.slice(path.lastIndexOf('/') + 1))] as const,
  );
  return folderOfFiles(name, opened, { name, files });
}
