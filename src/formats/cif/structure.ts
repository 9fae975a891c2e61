import type { Dataset, Plain } from '../../signal/dataset.ts';
import type { Block } from './blocks.ts';
import { cellsOf, numericColumns, rowsOf } from './columns.ts';
import type { BlockFacts } from './metadata.ts';

/** Longer lists of atoms are those of proteins. */
const MOST_LABELS = 10_000;

/** The atom sites of a block: its numbers as a table, labels and elements in the metadata with cell and space group. */
export function atomSites(block: Block, { metadata, original }: BlockFacts): Dataset[] {
  const loop = block.loops.find(
    ({ names }) => names.includes('_atom_site_label') || names.includes('_atom_site_fract_x'),
  );
  if (!loop || rowsOf(loop) === 0) return [];
  const columns = loop.names.flatMap((name) => numericColumns(loop, name, name.replace('_atom_site_', '')));
  const texts = (name: string): Plain[] | undefined => cellsOf(loop, name)?.slice(0, MOST_LABELS);
  const [labels, types] = [texts('_atom_site_label'), texts('_atom_site_type_symbol')];
  return [
    {
      kind: 'table',
      title: `${block.name} atom sites`.trim(),
      rows: rowsOf(loop),
      columns,
      metadata: {
        ...metadata,
        ...(labels && { atom_labels: labels }),
        ...(types && { atom_types: types }),
      },
      original,
      warnings: [],
    },
  ];
}
