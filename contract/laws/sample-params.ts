import { z } from 'zod';
import type { Step } from '../../src/steps/step.ts';

/** The part of JSON Schema that parameters use. */
export interface ParamSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly ParamSchema[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly maximum?: number;
  readonly prefixItems?: readonly ParamSchema[];
  readonly items?: ParamSchema;
  readonly properties?: Readonly<Record<string, ParamSchema>>;
  readonly required?: readonly string[];
}

export function paramSchema(step: Step): ParamSchema {
  return z.toJSONSchema(step.params, { io: 'input' }) as ParamSchema;
}

/** Legal values of a parameter; the numbers of a tuple ascend, so that it can be a window. */
function candidates(schema: ParamSchema, place = 0): unknown[] {
  if (schema.const !== undefined) return [schema.const];
  if (schema.enum) return [...schema.enum];
  if (schema.anyOf) return schema.anyOf.flatMap((option) => candidates(option, place));
  if (schema.prefixItems) return [schema.prefixItems.map((item, i) => candidates(item, i + 1)[0])];
  if (schema.items) return [[candidates(schema.items)[0]]];
  if (schema.properties) {
    return [Object.fromEntries(Object.entries(schema.properties).map(([name, each]) => [name, candidates(each)[0]]))];
  }
  if (schema.type === 'boolean') return [false, true];
  if (schema.type === 'string') return ['s'];
  const most = Math.min(schema.maximum ?? Infinity, schema.exclusiveMaximum ?? Infinity);
  const least = Math.max(schema.minimum ?? -Infinity, schema.exclusiveMinimum ?? -Infinity);
  const wanted = place || 2;
  if (schema.type === 'integer') return [Math.min(Math.max(least, wanted), most)];
  return [wanted > least && wanted < most ? wanted : (least + most) / 2];
}

/** Parameters for every choice of every parameter, one at a time: what must be said, and then each thing that may be. */
export function sampleParams(step: Step): Record<string, unknown>[] {
  const { properties = {}, required = [] } = paramSchema(step);
  const example = step.example as Record<string, unknown> | undefined;
  const base: Record<string, unknown> = { ...example };
  for (const name of required) base[name] ??= candidates(properties[name])[0];
  const variants = Object.entries(properties).flatMap(([name, schema]) =>
    (example && required.includes(name) ? [base[name]] : candidates(schema)).map((value) => ({
      ...base,
      [name]: value,
    })),
  );
  return [base, ...variants];
}
