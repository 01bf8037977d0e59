import type { AgentRole, Tool } from '../../api/agent-role.ts';
import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import type { Destination } from '../egress/destination.ts';
import type { ToolLimits } from '../roles/compile-tool-limits.ts';
import type { EnforcementLevel } from './call-decision.ts';

/** What a sandbox takes away from its role. */
export type Narrow = NonNullable<AgentSandbox['spec']['narrow']>;

type Spec = AgentRole['spec'];

/** What one tool may be called with, compiled once. */
export interface ToolPolicy {
  readonly name: string;
  readonly executor: Tool['executor'];
  /** Path of the tool in the role: `spec.tools["web_search"]`. */
  readonly rule: string;
  readonly limits: ToolLimits;
  /** Who holds its rules: the pod and the agent for what runs in the pod, the gateway for the others. */
  readonly level: EnforcementLevel;
}

/** What a role lets its agents call and connect to, compiled once. */
export interface CallPolicy {
  /** Name of the role. */
  readonly role: string;
  readonly tools: ReadonlyMap<string, ToolPolicy>;
  /** Hosts that may be connected to, by their patterns. */
  readonly destinations: ReadonlyMap<string, Destination>;
  readonly budgets: Spec['budgets'];
  readonly audit: Spec['audit'];
}
