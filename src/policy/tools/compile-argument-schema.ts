import type { ErrorObject, ValidateFunction } from 'ajv';
import { errorMessage } from '../../lib/error-message.ts';
import { PatternError } from '../../lib/pattern/parse-pattern.ts';
import type { Finding } from '../decision.ts';
import type { SchemaCompiler } from '../roles/schema-compiler.ts';
import { coverageOfSchema } from './argument-coverage.ts';
import type { ArgumentSchema } from './call-policy.ts';

/** A compiled schema, or why it cannot be used; null where the tool has none. */
type CompiledSchema = { readonly schema: ArgumentSchema } | { readonly problem: Finding } | null;

/** Compiles the schema of the arguments of the tool at `rule`. */
export function compileArgumentSchema(
  schema: Record<string, unknown> | undefined,
  { rule, compile }: { readonly rule: string; readonly compile: SchemaCompiler },
): CompiledSchema {
  if (schema === undefined) return null;
  try {
    const validate = compile(schema);
    return {
      schema: { coverage: coverageOfSchema(schema, true), findMisfit: (args) => findMisfit(validate, args) },
    };
  } catch (error) {
    return {
      problem: {
        field: `${rule}.arguments`,
        found: `a schema that does not compile (${errorMessage(error)})`,
        required: 'must be a JSON Schema of draft 2020-12',
        fix: 'Have the schema in the role corrected.',
      },
    };
  }
}

function findMisfit(validate: ValidateFunction, args: unknown): ReturnType<ArgumentSchema['findMisfit']> {
  try {
    if (validate(args)) return null;
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return {
      pointer: '',
      required: `must have only texts that a pattern can be tried on; one ${error.message}`,
    };
  }
  const [error] = validate.errors ?? [];
  return { pointer: error?.instancePath ?? '', required: describe(error) };
}

function describe(error: ErrorObject | undefined): string {
  return error?.message ?? 'must fit the schema';
}
