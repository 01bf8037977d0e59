import type { AgentRole } from '../../api/agent-role.ts';
import { ARGUMENTS_LIMITS } from '../../api/agent-role/tool.ts';
import { errorMessage } from '../../lib/error-message.ts';
import { show } from '../../lib/show.ts';
import type { Finding } from '../decision.ts';
import { createSchemaCompiler, type SchemaCompiler } from './schema-compiler.ts';

/**
 * To compile is to generate code: with these bounds a role takes well under a second, whatever its keywords are; without
 * them 128 tools took many.
 */
const { maxSchemaBytes, maxSchemaValues, maxRoleValues } = ARGUMENTS_LIMITS;

/** Deepest nesting: a deeper schema costs stack to compile, and no tool's arguments need it. */
const MAX_SCHEMA_DEPTH = 32;

type SchemaFinding = Omit<Finding, 'field'>;

/** The JSON Schema of every tool must be small, without references, and compile. */
export function evaluateArguments({ spec }: AgentRole): readonly Finding[] {
  const findings: Finding[] = [];
  let compile: SchemaCompiler | undefined;
  let roleValues = 0;
  for (const [index, { arguments: schema }] of spec.tools.entries()) {
    if (schema === undefined) continue;
    const field = `spec.tools[${index}].arguments`;
    const finding = evaluateSize(schema) ?? evaluateReferences(schema) ?? evaluateValues(schema);
    if (finding !== null) {
      findings.push({ field, ...finding });
      continue;
    }
    roleValues += countValues(schema);
    if (roleValues > maxRoleValues) return [...findings, { field, ...tooMuchForARole(roleValues) }];
    compile ??= createSchemaCompiler('Check');
    const error = compileError(compile, schema);
    if (error !== null) findings.push({ field, ...error });
  }
  return findings;
}

function evaluateSize(schema: Record<string, unknown>): SchemaFinding | null {
  const size = new TextEncoder().encode(JSON.stringify(schema)).length;
  if (size <= maxSchemaBytes) return null;
  return {
    found: `${size} bytes of JSON`,
    required: `must be at most ${maxSchemaBytes} bytes`,
    fix: 'Make the schema smaller.',
  };
}

function evaluateReferences(schema: Record<string, unknown>): SchemaFinding | null {
  const reference = findReference(schema, 0);
  if (reference === null) return null;
  return {
    found: reference,
    required: 'must be a schema without references',
    fix: 'Write out what the reference names.',
  };
}

function evaluateValues(schema: Record<string, unknown>): SchemaFinding | null {
  const values = countValues(schema);
  if (values <= maxSchemaValues) return null;
  return {
    found: `${values} values`,
    required: `must have at most ${maxSchemaValues} values`,
    fix: 'Describe fewer properties, or list fewer values.',
  };
}

function tooMuchForARole(values: number): SchemaFinding {
  return {
    found: `${values} values with those of the tools before it`,
    required: `must have at most ${maxRoleValues} values in all tools of the role together`,
    fix: 'Make the schemas smaller, or divide the tools between two roles.',
  };
}

/** Objects, lists and scalars, each counted once. The depth is bounded before. */
function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, member) => sum + countValues(member), 1);
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

function compileError(compile: SchemaCompiler, schema: Record<string, unknown>): SchemaFinding | null {
  try {
    compile(schema);
    return null;
  } catch (error) {
    return {
      found: `a schema that does not compile (${errorMessage(error)})`,
      required: 'must be a JSON Schema of draft 2020-12',
      fix: 'Correct the schema.',
    };
  }
}
