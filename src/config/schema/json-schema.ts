import * as z from 'zod';
import { configSchema } from './schema.js';
import { seedMaps } from './seed-schema.js';

type Schema = z.core.JSONSchema.BaseSchema;

const reference = { type: 'string', pattern: '\\$\\{' } as const;
// zod's type of `enum` has scalars only.
const unset = { enum: [null, '', [], {}] } as unknown as Schema;

/** Scalars other than free text may also be a reference, which is replaced before validation. */
function acceptsReference(schema: Schema): boolean {
  if (schema.type === 'number' || schema.type === 'integer' || schema.type === 'boolean') return true;
  return schema.type === 'string' && (schema.pattern !== undefined || schema.enum !== undefined);
}

function replaceWith(schema: Schema, next: Schema): void {
  for (const key of Object.keys(schema)) Reflect.deleteProperty(schema, key);
  Object.assign(schema, next);
}

/** The JSON Schema of the main file, generated from its zod schema. */
export function jsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema, {
    io: 'input',
    target: 'draft-7',
    override({ zodSchema, jsonSchema: own }) {
      if (seedMaps.has(zodSchema)) {
        for (const [name, member] of Object.entries(own.properties ?? {})) {
          if (typeof member === 'object')
            own.properties = { ...own.properties, [name]: { anyOf: [member, unset] } };
        }
      } else if (acceptsReference(own)) {
        const { default: fallback, description, ...rest } = own;
        replaceWith(own, {
          ...(description !== undefined && { description }),
          ...(fallback !== undefined && { default: fallback }),
          anyOf: [rest, reference],
        });
      }
    },
  });
  return {
    ...schema,
    title: 'modelpulse configuration',
    anyOf: [{ required: ['models'] }, { required: ['include'] }],
  };
}
