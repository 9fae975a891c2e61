import { Command } from 'commander';
import { z } from 'zod';
import { loadStep, STEP_IDS, type Step } from '../index.ts';
import { type Needs, needsOf } from '../steps/step.ts';
import { print, printJson } from './printing.ts';
import { table, wrap } from './text-layout.ts';

export const stepsCommand = () =>
  new Command('steps')
    .description('the steps recipes are made of; with an ID, its parameters, needs and literature')
    .argument('[id]')
    .option('--json', 'for machines')
    .action(steps);

async function steps(id: string | undefined, { json }: { json?: boolean }): Promise<void> {
  if (id !== undefined) {
    const step = await loadStep(id);
    if (json) printJson(stepForMachines(step));
    else print(describeStep(step));
    return;
  }
  const all: Step[] = [];
  for (const each of STEP_IDS) all.push(await loadStep(each));
  if (json) {
    printJson(all.map(stepForMachines));
    return;
  }
  print(
    table(
      [{ title: 'step' }, { title: 'makes' }, { title: 'what it does' }],
      all.map(({ id: name, output, summary }) => [name, output, summary]),
    ),
  );
  print('\n`spectrail steps ID` shows the parameters of one.');
}

/** One property of a parameter schema. */
interface Property {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Property[];
  readonly prefixItems?: readonly Property[];
  readonly items?: Property;
  readonly default?: unknown;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

interface ParameterSchema {
  readonly properties?: Readonly<Record<string, Property>>;
  readonly required?: readonly string[];
}

function parameterSchema(step: Step): ParameterSchema {
  return z.toJSONSchema(step.params, { io: 'input', unrepresentable: 'any' }) as ParameterSchema;
}

function stepForMachines(step: Step) {
  const inputs = Object.entries(step.inputs).map(([name, spec]) => [
    name,
    { product: spec.product, doc: spec.doc, needs: needsOf(spec, defaultsOf(step)) },
  ]);
  const { id, version, title, summary, output, traits = [], cite } = step;
  return {
    id,
    version,
    title,
    summary,
    inputs: Object.fromEntries(inputs),
    output,
    traits,
    params: parameterSchema(step),
    cite,
  };
}

/** Needs may depend on parameters; they are shown for the defaults, where there are defaults for all. */
function defaultsOf(step: Step): unknown {
  const parsed = step.params.safeParse({});
  return parsed.success ? parsed.data : {};
}

function describeStep(step: Step): string {
  const sections = [`${step.id} (version ${step.version}): ${step.title}`, wrap(step.summary)];
  const inputs = Object.entries(step.inputs).map(([name, spec]) => [
    name,
    spec.product,
    [spec.doc, ...describeNeeds(needsOf(spec, defaultsOf(step)))].join('; '),
  ]);
  sections.push(table([{ title: 'input' }, { title: 'kind' }, { title: 'what it needs' }], inputs));
  sections.push(`makes: ${step.output}`);
  const { properties = {}, required = [] } = parameterSchema(step);
  const params = Object.entries(properties).map(([name, property]) => [
    name,
    describeDefault(property, required.includes(name)),
    [describeType(property), property.description].filter(Boolean).join('. '),
  ]);
  sections.push(
    params.length ? table([{ title: 'parameter' }, { title: 'default' }, { title: 'value' }], params) : 'no parameters',
  );
  if (params.length) sections.push(wrap(`in a recipe under params:, on the command line --set ID.${params[0][0]}=…`));
  if (step.cite.length)
    sections.push(['literature', ...step.cite.map((cite) => wrap(`  ${cite}`, undefined, 4))].join('\n'));
  return sections.join('\n\n');
}

function describeNeeds(needs: Needs): string[] {
  const parts: string[] = [];
  if (needs.modality) parts.push(`modality ${needs.modality.join(' or ')}`);
  if (needs.intensity) parts.push(`values in ${needs.intensity.join(' or ')}`);
  if (needs.noise) parts.push(`noise ${needs.noise.join(' or ')}`);
  if (needs.axis === 'uniform') parts.push('a uniform axis');
  if (needs.shift === 'ignores-within') parts.push('axis drift within the tolerance of the modality');
  if (needs.shift === 'refuses') parts.push('an aligned axis');
  if (needs.minPixels) parts.push(`at least ${needs.minPixels} pixels`);
  if (needs.minChannels) parts.push(`at least ${needs.minChannels} channels`);
  if (needs.minCounts) parts.push(`at least ${needs.minCounts.counts} counts expected in a value`);
  return parts;
}

function describeDefault(property: Property, required: boolean): string {
  if (property.default !== undefined) return JSON.stringify(property.default);
  return required ? '(required)' : '(none)';
}

/** "whole number 1 to 200", "poisson or none", "[number or text, number or text]". */
function describeType(property: Property): string {
  if (property.enum) return property.enum.map(String).join(' | ');
  if (property.const !== undefined) return String(property.const);
  if (property.anyOf) return property.anyOf.map(describeType).join(' or ');
  if (property.prefixItems) return `[${property.prefixItems.map(describeType).join(', ')}]`;
  if (Array.isArray(property.type))
    return property.type.map((type) => describeType({ ...property, type })).join(' or ');
  if (property.type === 'array') return `list of ${property.items ? describeType(property.items) : 'values'}`;
  if (property.type === 'number' || property.type === 'integer') return describeNumber(property);
  if (property.type === 'boolean') return 'true | false';
  return property.type === 'string' ? 'text' : String(property.type ?? 'value');
}

function describeNumber(property: Property): string {
  const kind = property.type === 'integer' ? 'whole number' : 'number';
  const { minimum, exclusiveMinimum, exclusiveMaximum } = property;
  const maximum = property.maximum === Number.MAX_SAFE_INTEGER ? undefined : property.maximum;
  const low =
    minimum !== undefined ? `from ${minimum}` : exclusiveMinimum !== undefined ? `above ${exclusiveMinimum}` : '';
  const high =
    maximum !== undefined
      ? `to ${maximum}`
      : exclusiveMaximum !== undefined
        ? `${low ? 'and ' : ''}below ${exclusiveMaximum}`
        : '';
  return [kind, minimum === -Number.MAX_SAFE_INTEGER ? '' : low, high].filter(Boolean).join(' ');
}
