import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { compileLinearPattern, type LinearPattern } from '../../lib/pattern/linear-pattern.ts';
import { PatternError } from '../../lib/pattern/parse-pattern.ts';

/** What a compiled schema is for: to see whether it compiles, or to check arguments. */
export type CompilePurpose = 'Check' | 'Use';

/** Compiles the JSON Schema of a tool. Throws an error whose message says what is wrong with it. */
export type SchemaCompiler = (schema: Record<string, unknown>) => ValidateFunction;

/**
 * Makes the one compiler of argument schemas, for admission and for the gateway: draft 2020-12, nothing is fetched, and no
 * arguments make it slow. Patterns never backtrack, and `uniqueItems` compares each item once.
 */
export function createSchemaCompiler(purpose: CompilePurpose): SchemaCompiler {
  const ajv = new Ajv2020({
    strict: true,
    allowUnionTypes: true,
    // Where this is not set, ajv tries the patterns with an engine that backtracks.
    allowMatchingProperties: true,
    validateFormats: false,
    logger: false,
    // Two tools may have schemas of one `$id`.
    addUsedSchema: false,
    // What arguments inherit from Object.prototype is not there.
    ownProperties: true,
    // With all errors the code does not nest, and is made sooner. To check arguments, the first error ends the work.
    allErrors: purpose === 'Check',
    code: { optimize: false, regExp: Object.assign(compilePattern, { code: 'new RegExp' }) },
  });
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: (isAsked: boolean, items: readonly unknown[]) => !isAsked || areUnique(items),
  });
  return (schema) => ajv.compile(schema);
}

function compilePattern(source: string): LinearPattern {
  try {
    // ajv keeps patterns apart by their text.
    return Object.assign(compileLinearPattern(source), { toString: () => `/${source}/` });
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new PatternError(`the pattern ${JSON.stringify(source)} ${error.message}`);
  }
}

function areUnique(items: readonly unknown[]): boolean {
  return new Set(items.map(canonicalJson)).size === items.length;
}
