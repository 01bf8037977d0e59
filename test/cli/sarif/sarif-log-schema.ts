// The part of SARIF 2.1.0 (OASIS, errata 01) that a review uses, with what GitHub code scanning requires of it: nothing
// beside these properties, and none of them left out.

const text = { type: 'string', minLength: 1 } as const;
const exactly = (properties: Readonly<Record<string, object>>, optional: readonly string[] = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});
const list = (items: object, more: object = {}) => ({ type: 'array', items, ...more });

const message = exactly({ text });
const level = { enum: ['none', 'note', 'warning', 'error'] };
const position = { type: 'integer', minimum: 1 };

const location = exactly(
  {
    physicalLocation: exactly({
      artifactLocation: exactly({ uri: { type: 'string', pattern: '^[^\\s\\\\]+$' } }),
      region: exactly({ startLine: position, startColumn: position }, ['startColumn']),
    }),
    logicalLocations: list(exactly({ fullyQualifiedName: text, kind: text }), { minItems: 1 }),
  },
  ['logicalLocations'],
);

const rule = exactly({
  id: { type: 'string', minLength: 1, maxLength: 255 },
  shortDescription: exactly({ text: { type: 'string', minLength: 1, maxLength: 1024 } }),
  fullDescription: exactly({ text: { type: 'string', minLength: 1, maxLength: 1024 } }),
  help: exactly({ text, markdown: text }),
  defaultConfiguration: exactly({ level }),
  properties: exactly({
    tags: list(text, { maxItems: 20, uniqueItems: true }),
    precision: { enum: ['very-high', 'high', 'medium', 'low'] },
  }),
});

const result = exactly({
  ruleId: text,
  ruleIndex: { type: 'integer', minimum: 0 },
  level,
  message,
  locations: list(location, { minItems: 1, maxItems: 1_000 }),
  partialFingerprints: { type: 'object', minProperties: 1, additionalProperties: text },
});

const run = exactly({
  tool: exactly({
    driver: exactly({
      name: text,
      semanticVersion: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+' },
      rules: list(rule, { minItems: 1, uniqueItems: true }),
    }),
  }),
  columnKind: { const: 'utf16CodeUnits' },
  results: list(result),
  invocations: list(
    exactly({
      executionSuccessful: { type: 'boolean' },
      toolExecutionNotifications: list(exactly({ level, message, locations: list(location) })),
    }),
    { minItems: 1 },
  ),
});

/** JSON Schema of the log that `cloister review -o sarif` prints. */
export const SARIF_LOG = exactly({
  $schema: { const: 'https://json.schemastore.org/sarif-2.1.0.json' },
  version: { const: '2.1.0' },
  runs: list(run, { minItems: 1, maxItems: 20 }),
});
