import type { PlainTree } from '../../signal/dataset.ts';
import { onlyPositive } from '../diffraction-pattern.ts';
import type { Block } from './blocks.ts';
import { cellsOf, cifNumber, numberAt, textAt } from './columns.ts';

/** What all datasets of a block have in common; made once, as a block may hold very many. */
export interface BlockFacts {
  readonly metadata: PlainTree;
  readonly original: PlainTree;
  readonly isXray: boolean;
}

export function blockFacts(block: Block): BlockFacts {
  return { metadata: blockMetadata(block), original: blockTree(block), isXray: isXray(block) };
}

/** What a block says of sample, cell and radiation. */
function blockMetadata(block: Block): PlainTree {
  const said: PlainTree = {};
  const say = (key: string, ...names: readonly string[]) => {
    const text = textAt(block, ...names);
    if (text !== undefined) said[key] = text;
  };
  say('chemical_formula', '_chemical_formula_sum', '_chemical_formula_structural');
  say('sample', '_chemical_name_mineral', '_chemical_name_common', '_pd_phase_name');
  say('space_group', '_space_group_name_h-m_alt', '_symmetry_space_group_name_h-m');
  say('instrument', '_diffrn_measurement_device_type');
  say('radiation', '_diffrn_radiation_probe', '_diffrn_radiation_type');
  const cell = onlyPositive({
    a_angstrom: numberAt(block, '_cell_length_a'),
    b_angstrom: numberAt(block, '_cell_length_b'),
    c_angstrom: numberAt(block, '_cell_length_c'),
    alpha_deg: numberAt(block, '_cell_angle_alpha'),
    beta_deg: numberAt(block, '_cell_angle_beta'),
    gamma_deg: numberAt(block, '_cell_angle_gamma'),
  });
  return {
    ...said,
    ...(Object.keys(cell).length > 0 && { cell }),
    ...onlyPositive({
      space_group_number: numberAt(block, '_space_group_it_number') ?? numberAt(block, '_symmetry_int_tables_number'),
      temperature_K: numberAt(block, '_diffrn_ambient_temperature') ?? numberAt(block, '_cell_measurement_temperature'),
      wavelength_angstrom: wavelength(block),
    }),
  };
}

/** The only one: of several none is the wavelength. */
function wavelength(block: Block): number | undefined {
  const name = '_diffrn_radiation_wavelength';
  const single = numberAt(block, name);
  if (single !== undefined) return single;
  const listed = block.loops.flatMap((loop) => cellsOf(loop, name) ?? []);
  return listed.length === 1 ? cifNumber(listed[0])?.value : undefined;
}

/** X-rays, where the file says so: patterns of neutrons look alike. */
function isXray(block: Block): boolean {
  const radiation = ['_diffrn_radiation_probe', '_diffrn_radiation_type'].map((name) => textAt(block, name) ?? '');
  return radiation.some((text) => /x-?ray|synchrotron|^(?:Cr|Fe|Co|Cu|Mo|Ag)\s*K/i.test(text));
}

const LONGEST_TEXT = 400;

/** The single values of a block, under their names without the line before them. */
function blockTree({ items }: Block): PlainTree {
  return Object.fromEntries(
    [...items.values()].map(({ name, value }) => [
      name.replace(/^_/, ''),
      value !== null && value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value,
    ]),
  );
}
