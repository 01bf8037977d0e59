import type { AgentRole, Tool } from '../../api/agent-role.ts';
import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import type { Finding } from '../decision.ts';
import type { Destination } from '../egress/destination.ts';
import type { ToolLimits } from '../roles/compile-tool-limits.ts';
import type { SqlDecision } from '../sql/decide-sql.ts';
import type { UpstreamPolicy } from '../upstreams/upstream-policy.ts';
import type { Coverage, RulePointers } from './argument-coverage.ts';
import type { EnforcementLevel } from './call-decision.ts';
import type { PathSets } from './judge-path.ts';

/** What a sandbox takes away from its role. */
export type Narrow = NonNullable<AgentSandbox['spec']['narrow']>;

type Spec = AgentRole['spec'];

/** A rule about one argument. */
export interface ArgumentRule {
  /** Path of the rule in the role: `spec.tools["read_file"].paths[0]`. */
  readonly rule: string;
  /** JSON Pointer as written, and parsed. */
  readonly pointer: string;
  readonly tokens: readonly string[];
}

export interface PathRule extends ArgumentRule, PathSets {}

export interface DomainRule extends ArgumentRule {
  /** Host patterns. */
  readonly allow: ReadonlySet<string>;
  readonly deny: ReadonlySet<string>;
}

export interface StatementRule extends ArgumentRule {
  /** Where the values of its parameters are, parsed; null where a statement has none. */
  readonly parameters: readonly string[] | null;
  /** The credential of the role that it runs as. */
  readonly credential: string;
  readonly maxRows: number;
  /** Decides a statement: `field` of a finding is the rule, as a path from the tool such as `sql.tables`; `found` is in it. */
  readonly decide: (statement: string) => SqlDecision;
}

/** The schema of the arguments. */
export interface ArgumentSchema {
  readonly coverage: Coverage;
  /** Why the arguments do not fit: the JSON Pointer of the place, and a clause that begins with "must". Null where they do. */
  readonly findMisfit: (args: unknown) => { readonly pointer: string; readonly required: string } | null;
}

/** What one tool may be called with, compiled once. */
export interface ToolPolicy {
  readonly name: string;
  readonly executor: Tool['executor'];
  /** Path of the tool in the role: `spec.tools["web_search"]`. */
  readonly rule: string;
  readonly capabilities: ReadonlySet<string>;
  readonly limits: ToolLimits;
  readonly paths: readonly PathRule[];
  /** For a tool with executor `Fetch`, the first is about the URL that is fetched. */
  readonly domains: readonly DomainRule[];
  readonly statement: StatementRule | null;
  readonly schema: ArgumentSchema | null;
  readonly pointers: RulePointers;
  readonly needsConfirmation: boolean;
  /** Who holds the rule that lets a call of it pass: its paths, where it has some. Other rules of it may be held by others. */
  readonly level: EnforcementLevel;
  /** Why the tool cannot be used as it is written, so that every call is denied; null where it can. `field` is in the role. */
  readonly unusable: Finding | null;
}

/** What a role lets its agents call and connect to, compiled once. */
export interface CallPolicy {
  /** Name of the role. */
  readonly role: string;
  readonly tools: ReadonlyMap<string, ToolPolicy>;
  /** Hosts that may be connected to, by their patterns. */
  readonly destinations: ReadonlyMap<string, Destination>;
  /** Services that the gateway calls for the agent, by their names. */
  readonly upstreams: ReadonlyMap<string, UpstreamPolicy>;
  readonly budgets: Spec['budgets'];
  readonly audit: Spec['audit'];
}
