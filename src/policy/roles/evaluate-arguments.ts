import { Ajv2020 } from 'ajv/dist/2020.js';
import type { AgentRole } from '../../api/agent-role.ts';
import { show } from '../../lib/show.ts';
import type { Finding } from '../decision.ts';

/** Largest JSON Schema of a tool's arguments, in bytes of JSON. */
const MAX_SCHEMA_BYTES = 32 * 1024;

/** Deepest nesting: a deeper schema costs stack to compile, and no tool's arguments need it. */
const MAX_SCHEMA_DEPTH = 32;

/** The JSON Schema of every tool must be small, without references, and compile. */
export function evaluateArguments({ spec }: AgentRole): readonly Finding[] {
  return spec.tools.flatMap((tool, index) => {
    if (tool.arguments === undefined) return [];
    const finding = evaluateSchema(tool.arguments);
    return finding === null ? [] : [{ field: `spec.tools[${index}].arguments`, ...finding }];
  });
}

function evaluateSchema(schema: Record<string, unknown>): Omit<Finding, 'field'> | null {
  const size = new TextEncoder().encode(JSON.stringify(schema)).length;
  if (size > MAX_SCHEMA_BYTES) {
    return {
      found: `${size} bytes of JSON`,
      required: `must be at most ${MAX_SCHEMA_BYTES} bytes`,
      fix: 'Make the schema smaller.',
    };
  }
  const reference = findReference(schema, 0);
  if (reference !== null) {
    return {
      found: reference,
      required: 'must be a schema without references',
      fix: 'Write out what the reference names.',
    };
  }
  const error = compileError(schema);
  if (error === null) return null;
  return {
    found: `a schema that does not compile (${error})`,
    required: 'must be a JSON Schema of draft 2020-12',
    fix: 'Correct the schema.',
  };
}

const REFERENCES = ['$ref', '$dynamicRef', '$recursiveRef'];

function findReference(value: unknown, depth: number): string | null {
  if (typeof value !== 'object' || value === null) return null;
  if (depth > MAX_SCHEMA_DEPTH) return `nesting deeper than ${MAX_SCHEMA_DEPTH}`;
  for (const [name, member] of Object.entries(value)) {
    if (REFERENCES.includes(name)) return `${name}: ${show(member)}`;
    const below = findReference(member, depth + 1);
    if (below !== null) return below;
  }
  return null;
}

function compileError(schema: Record<string, unknown>): string | null {
  try {
    // A compiler of its own each time: one that is kept remembers every `$id` it has seen.
    new Ajv2020({ strict: true, allowUnionTypes: true, validateFormats: false, logger: false }).compile(
      schema,
    );
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
