import type { AgentRole, Tool } from '../../api/agent-role.ts';
import { parsePointer } from '../../lib/json-pointer.ts';
import { NANO_UNITS, parseQuantity } from '../../lib/quantity.ts';
import type { SqlParser } from '../../lib/sql-parser.ts';
import type { Destination } from '../egress/destination.ts';
import { compileToolLimits, type ToolLimits } from '../roles/compile-tool-limits.ts';
import { createSchemaCompiler, type SchemaCompiler } from '../roles/schema-compiler.ts';
import { decideSql, type SqlDecision } from '../sql/decide-sql.ts';
import { compileUpstreams } from '../upstreams/compile-upstreams.ts';
import { treeOfPointers } from './argument-coverage.ts';
import { type EnforcementLevel, levelOfExecutor } from './call-decision.ts';
import type { ArgumentRule, CallPolicy, StatementRule, ToolPolicy } from './call-policy.ts';
import { compileArgumentSchema } from './compile-argument-schema.ts';
import { findUnusable } from './find-unusable.ts';

/**
 * Compiles what a role allows, once per spec. Never throws: a tool that cannot be compiled is in the result, and denies.
 * Without a parser of SQL, statements are denied.
 */
export function compileCallPolicy(
  spec: AgentRole['spec'],
  name: string,
  sqlParser: SqlParser | null = null,
): CallPolicy {
  const limits = compileToolLimits(spec.tools);
  let compiler: SchemaCompiler | undefined;
  // Made where a tool has a schema: it takes longer than all the rest.
  const compile: SchemaCompiler = (schema) => (compiler ??= createSchemaCompiler('Use'))(schema);
  const tools = spec.tools.map((tool) =>
    compileTool(tool, { limits: limits.get(tool.name)!, compile, sqlParser }),
  );
  return {
    role: name,
    tools: new Map(tools.map((tool) => [tool.name, tool])),
    destinations: new Map(spec.network.allow.map((one) => [one.host, compileDestination(one)])),
    upstreams: compileUpstreams(spec),
    budgets: spec.budgets,
    audit: spec.audit,
  };
}

interface Around {
  readonly limits: ToolLimits;
  readonly compile: SchemaCompiler;
  readonly sqlParser: SqlParser | null;
}

function compileTool(tool: Tool, { limits, compile, sqlParser }: Around): ToolPolicy {
  const rule = `spec.tools[${JSON.stringify(tool.name)}]`;
  const paths = tool.paths.map(({ argument, allow, deny }, index) => ({
    ...argumentRule(argument, `${rule}.paths[${index}]`),
    allow,
    deny,
  }));
  const domains = tool.domains.map(({ argument, allow, deny }, index) => ({
    ...argumentRule(argument, `${rule}.domains[${index}]`),
    allow: new Set(allow),
    deny: new Set(deny),
  }));
  const statement = tool.sql === undefined ? null : compileStatement(tool.sql, rule, sqlParser);
  const schema = compileArgumentSchema(tool.arguments, { rule, compile });
  const ruled = [...paths, ...domains, ...(statement === null ? [] : [statement])].map(
    ({ tokens }) => tokens,
  );
  const parameters = statement?.parameters ?? null;
  return {
    name: tool.name,
    executor: tool.executor,
    rule,
    capabilities: new Set(tool.capabilities),
    limits,
    paths,
    domains,
    statement,
    schema: schema !== null && 'schema' in schema ? schema.schema : null,
    pointers: treeOfPointers(parameters === null ? ruled : [...ruled, parameters]),
    needsConfirmation: tool.confirmation.when !== 'Never',
    level: levelOf(tool),
    unusable: schema !== null && 'problem' in schema ? schema.problem : findUnusable(tool, rule),
  };
}

function argumentRule(pointer: string, rule: string): ArgumentRule {
  return { rule, pointer, tokens: parsePointer(pointer) };
}

function compileStatement(
  sql: NonNullable<Tool['sql']>,
  rule: string,
  parser: SqlParser | null,
): StatementRule {
  return {
    ...argumentRule(sql.argument, `${rule}.sql`),
    parameters: sql.parameters === undefined ? null : parsePointer(sql.parameters),
    credential: sql.credential,
    maxRows: sql.maxRows,
    decide: (text) => (parser === null ? NO_PARSER : decideSql(parser, text, sql)),
  };
}

const NO_PARSER: SqlDecision = {
  findings: [
    {
      field: 'sql.argument',
      found: 'no parser that is loaded',
      required: 'must be parsed to be allowed',
      fix: 'Load the parser of SQL first.',
    },
  ],
  operations: [],
  tables: [],
  parameters: 0,
};

/** What runs in the pod is held by its mounts as far as paths go; for everything else the agent has to ask. */
function levelOf({ executor, paths, capabilities }: Tool): EnforcementLevel {
  const level = levelOfExecutor({ executor });
  const isMounted = paths.length > 0 && capabilities.some((one) => one.startsWith('file:'));
  return level === 'Cooperative' && isMounted ? 'Pod' : level;
}

function compileDestination(one: AgentRole['spec']['network']['allow'][number]): Destination {
  return {
    pattern: one.host,
    ports: one.ports,
    maxUploadBytes: bytesOf(one.maxUploadBytes),
    maxDownloadBytes: bytesOf(one.maxDownloadBytes),
    idleSeconds: one.idleSeconds,
    maxSeconds: one.maxSeconds,
    encryptedClientHello: one.encryptedClientHello,
  };
}

/** Whole bytes, rounded down; 0 for what is not a quantity. */
function bytesOf(size: string | number): number {
  return Number((parseQuantity(size) ?? 0n) / NANO_UNITS);
}
