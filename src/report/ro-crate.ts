import { type OutputFile, sortedJson } from './output.ts';
import type { ReportInput } from './report.ts';

/** What each file of the folder is, by the end of its name. */
const ENCODINGS: readonly [string, string, string][] = [
  ['report.html', 'text/html', 'Report: findings, figures, numbers with their errors, recipe and trail'],
  [
    'trail.json',
    'application/json',
    'Trail: recipe complete with defaults, inputs and results with their hashes, objections, versions',
  ],
  ['timings.json', 'application/json', 'Seconds each step took'],
  ['recipe.yaml', 'application/yaml', 'Recipe as run'],
  ['.svg', 'image/svg+xml', 'Figure'],
  ['.csv', 'text/csv', 'Table'],
  ['.npy', 'application/octet-stream', 'Array in NumPy format'],
  ['.json', 'application/json', 'Data'],
];

type Entity = Record<string, unknown>;

const ref = (id: string) => ({ '@id': id });

/**
 * The folder described as an RO-Crate 1.1 (https://w3id.org/ro/crate/1.1): its files, what they were made from, by which
 * software and in which action.
 */
export function roCrate(input: ReportInput, outputs: readonly OutputFile[]): string {
  const { run, inputs, software } = input;
  const { recipe } = run.plan;
  const date = input.created ?? new Date().toISOString();
  const files = outputs.map(fileEntity);
  const sources = inputs.map(inputEntity);
  const program: Entity = {
    '@id': '#spectrail',
    '@type': 'SoftwareApplication',
    name: 'Spectrail',
    softwareVersion: software.spectrail,
    runtimePlatform: software.runtime,
    featureList: software.engine,
  };
  const action: Entity = {
    '@id': '#run',
    '@type': 'CreateAction',
    name: `Run of the recipe "${recipe.title}"`,
    description: `Seed ${recipe.seed}; steps: ${run.trail.map(({ id, use, version }) => `${id} (${use} v${version})`).join(', ')}`,
    endTime: date,
    instrument: ref('#spectrail'),
    object: [...sources.map((entity) => ref(entity['@id'] as string)), ref('recipe.yaml')],
    result: files.filter((entity) => entity['@id'] !== 'recipe.yaml').map((entity) => ref(entity['@id'] as string)),
  };
  const root: Entity = {
    '@id': './',
    '@type': 'Dataset',
    name: recipe.title,
    description: recipe.description ?? `Results of the Spectrail recipe "${recipe.title}"`,
    datePublished: date,
    hasPart: files.map((entity) => ref(entity['@id'] as string)),
    mentions: [ref('#run'), ...sources.map((entity) => ref(entity['@id'] as string))],
  };
  const descriptor: Entity = {
    '@id': 'ro-crate-metadata.json',
    '@type': 'CreativeWork',
    about: ref('./'),
    conformsTo: ref('https://w3id.org/ro/crate/1.1'),
  };
  return sortedJson({
    '@context': 'https://w3id.org/ro/crate/1.1/context',
    '@graph': [descriptor, root, action, program, ...sources, ...sources.flatMap(hashEntity(input)), ...files],
  });
}

function fileEntity({ path, content }: OutputFile): Entity {
  const [, encodingFormat, name] = ENCODINGS.find(([end]) => path.endsWith(end)) ?? [
    '',
    'application/octet-stream',
    'File',
  ];
  const contentSize =
    typeof content === 'string'
      ? String(new TextEncoder().encode(content).length)
      : content instanceof Uint8Array
        ? String(content.length)
        : undefined;
  return { '@id': path, '@type': 'File', name: `${name} (${path})`, encodingFormat, contentSize };
}

/** Inputs stay where they are: described, not contained. */
function inputEntity({ name, signal, file }: ReportInput['inputs'][number]): Entity {
  return {
    '@id': `#input-${name}`,
    '@type': 'CreativeWork',
    name: file?.name ?? signal.title ?? name,
    description: `Input "${name}" of the recipe${signal.title ? `: ${signal.title}` : ''}`,
    contentSize: file && String(file.bytes),
    identifier: file && ref(`#input-${name}-sha256`),
  };
}

function hashEntity({ inputs }: ReportInput) {
  return (_entity: Entity, index: number): Entity[] => {
    const { name, file } = inputs[index];
    if (!file) return [];
    return [{ '@id': `#input-${name}-sha256`, '@type': 'PropertyValue', propertyID: 'sha256', value: file.sha256 }];
  };
}
