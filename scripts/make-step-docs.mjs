#!/usr/bin/env node
// Writes docs/steps.md from what the steps say of themselves (run `npm run build` first); --print writes to the terminal.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/program/main.js', import.meta.url));
const steps = JSON.parse(
  execFileSync(process.execPath, [main, 'steps', '--json'], { encoding: 'utf8', maxBuffer: 64e6 }),
);

const NEEDS = {
  modality: (ids) => `modality ${ids.join(' or ')}`,
  intensity: (kinds) => `values in ${kinds.join(' or ')}`,
  noise: (tags) => `noise: ${tags.join(' or ')}`,
  axis: (kind) => (kind === 'uniform' ? 'a uniform axis' : undefined),
  shift: (rule) =>
    ({ 'ignores-within': 'axis drift within the tolerance of the modality', refuses: 'an aligned axis' })[rule],
  minPixels: (n) => `at least ${n} pixels`,
  minChannels: (n) => `at least ${n} channels`,
};

const TRAITS = {
  compression: 'keeps the common and may erase the rare: a residual pass must stand beside it',
  'residual-pass': 'looks at what a compression left behind',
  'counting-errors': 'takes √N of its input as the error',
  latent: 'its numbers are coordinates, not quantities',
};

function describeNeeds(needs) {
  const parts = Object.entries(needs).map(([name, value]) => NEEDS[name]?.(value));
  return parts.filter(Boolean).join('; ') || 'nothing more';
}

function describeType(schema, defs = {}) {
  if (schema.$ref) return describeType(defs[schema.$ref.split('/').at(-1)] ?? {}, defs);
  if (Array.isArray(schema.type)) return schema.type.map((type) => describeType({ type })).join(' or ');
  if (schema.enum) return schema.enum.map((value) => code(value)).join(', ');
  if (schema.const !== undefined) return code(schema.const);
  if (schema.anyOf) return schema.anyOf.map((each) => describeType(each, defs)).join(' or ');
  if (schema.prefixItems) return `[${schema.prefixItems.map((each) => describeType(each, defs)).join(', ')}]`;
  if (schema.type === 'array') return `list of: ${describeType(schema.items ?? {}, defs)}`;
  if (schema.type === 'integer' || schema.type === 'number') return describeNumber(schema);
  if (schema.type === 'boolean') return '`true` or `false`';
  return schema.type === 'string' ? 'text' : 'value';
}

function describeNumber({ type, minimum, exclusiveMinimum, maximum, exclusiveMaximum }) {
  const bounds = [
    minimum !== undefined && minimum > -Number.MAX_SAFE_INTEGER && `from ${minimum}`,
    exclusiveMinimum !== undefined && `above ${exclusiveMinimum}`,
    maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER && `to ${maximum}`,
    exclusiveMaximum !== undefined && exclusiveMaximum < Number.MAX_SAFE_INTEGER && `below ${exclusiveMaximum}`,
  ];
  return [type === 'integer' ? 'whole number' : 'number', ...bounds.filter(Boolean)].join(' ');
}

function code(value) {
  return `\`${JSON.stringify(value)}\``;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function describeStep({ id, version, title, summary, inputs, output, traits, params, cite }) {
  const { properties = {}, required = [], $defs } = params;
  const given = Object.entries(properties).map(([name, schema]) => [
    `\`${name}\``,
    schema.default === undefined ? (required.includes(name) ? 'required' : 'none') : code(schema.default),
    describeType(schema, $defs),
    schema.description ?? '',
  ]);
  const reads = Object.entries(inputs).map(([name, { product, doc, needs }]) => [
    `\`${name}\``,
    product,
    doc,
    describeNeeds(needs),
  ]);
  return [
    `## ${id}`,
    `${title}, version ${version}. ${summary}`,
    table(['input', 'kind', 'what it is', 'needs'], reads),
    `Makes: ${output}.`,
    ...traits.map((trait) => `Trait \`${trait}\`: ${TRAITS[trait]}.`),
    given.length ? table(['parameter', 'default', 'value', 'meaning'], given) : 'No parameters.',
    ...(cite.length ? [`Literature: ${cite.join('; ')}.`] : []),
  ].join('\n\n');
}

const page = `${[
  '# Steps',
  'Made by `scripts/make-step-docs.mjs` from the steps themselves; `spectrail steps ID` prints the same in a terminal. Needs that depend on parameters are shown for the defaults. `scaled-counts` means Poisson counts times a known gain, without pedestal or readout noise (see [noise](noise.md)).',
  table(
    ['step', 'makes', 'what it does'],
    steps.map(({ id, output, summary }) => [`[${id}](#${id.replace('.', '')})`, output, summary]),
  ),
  ...steps.map(describeStep),
].join('\n\n')}\n`;

if (process.argv.includes('--print')) process.stdout.write(page);
else writeFileSync(fileURLToPath(new URL('../docs/steps.md', import.meta.url)), page);
