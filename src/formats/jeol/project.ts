import type { ArrayDataset, Dataset } from '../../signal/dataset.ts';
import { formatError, isSpectrailError, type SpectrailError } from '../../signal/errors.ts';
import type { ByteSource } from '../format.ts';
import { damaged } from './damage.ts';
import { nodeAt, parseTree, textAt } from './tree.ts';

const TREE = 12;
/** Files of a project, at most. */
const MOST_FILES = 4096;

/**
 * Everything a project names, in its order: sample by sample, view by view. Files that are missing, damaged or of a kind
 * that is not read are told in a warning, as long as one can be read.
 */
export async function readProject(
  file: ByteSource,
  read: (file: ByteSource) => Promise<ArrayDataset>,
): Promise<Dataset[]> {
  const tree = parseTree(await file.read(0, file.size), TREE, { name: file.name, base: 0 });
  const samples = [...(nodeAt(tree, 'SampleInfo')?.children.values() ?? [])];
  const views = samples.flatMap((sample) => [...(nodeAt(sample, 'ViewInfo')?.children.values() ?? [])]);
  const items = views.flatMap((view) => [...(nodeAt(view, 'ViewData')?.children.values() ?? [])]);
  const paths = new Set(items.flatMap((item) => textAt(item, 'Filename') ?? []));
  if (paths.size === 0) throw damaged(file.name, TREE, 'no files', 'a Filename in SampleInfo, ViewInfo, ViewData');
  if (paths.size > MOST_FILES) throw damaged(file.name, TREE, `${paths.size} files`, `${MOST_FILES} at most`);
  const found: ArrayDataset[] = [];
  const warnings: string[] = [];
  let failure: SpectrailError | undefined;
  for (const path of paths) {
    try {
      const companion = await companionAt(file, path);
      if (companion) found.push(await read(companion));
      else warnings.push(`${path} is not there`);
    } catch (error) {
      if (!isSpectrailError(error)) throw error;
      failure ??= error;
      warnings.push(`${path} could not be read: ${error.what}`);
    }
  }
  if (found.length > 0) return found.map((dataset) => ({ ...dataset, warnings: [...warnings, ...dataset.warnings] }));
  if (failure) throw failure;
  throw formatError({
    code: 'missing-companion',
    where: file.name,
    what: `none of the files that the project names is there: ${[...paths].slice(0, 3).join(', ')}`,
    expected: 'the folder that was saved with it, beside it',
    fix: 'copy the folder as well; in the browser, choose its files together with the project',
  });
}

/**
 * A path as Windows writes it, from the project's folder on. Where the folders are not there the file may lie beside the
 * project.
 */
async function companionAt(file: ByteSource, path: string): Promise<ByteSource | undefined> {
  const parts = path.split(/[\\/]+/).filter((part) => part !== '' && part !== '.');
  if (parts.length === 0 || parts.some((part) => part === '..' || /[:\0]/.test(part))) {
    throw formatError({
      code: 'unsafe-sibling',
      where: file.name,
      what: `the project names "${path}", which is outside its folder`,
      expected: 'files below the folder of the project',
    });
  }
  return (await file.below?.(parts)) ?? file.sibling(parts[parts.length - 1]);
}
