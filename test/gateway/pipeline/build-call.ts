import { vi } from 'vitest';
import type { AuditLog } from '../../../src/audit/audit-log.ts';
import type { AuditRecordInput } from '../../../src/audit/audit-record-input.ts';
import type { Caller } from '../../../src/gateway/identity/caller.ts';
import {
  type Call,
  createCall,
  type Operation,
  type PipelineServices,
} from '../../../src/gateway/pipeline/call.ts';
import { createOpenCalls } from '../../../src/gateway/pipeline/open-calls.ts';
import { createLog } from '../../../src/lib/log.ts';
import { allowCall } from '../../../src/policy/tools/call-decision.ts';
import { compileCallPolicy } from '../../../src/policy/tools/compile-tools.ts';
import { buildRoleFeed } from '../../build/feed.ts';

const ROLE = buildRoleFeed();

/** A pod that was identified. */
export const CALLER: Caller = {
  namespace: 'minimal-agents',
  pod: 'agent',
  podUID: 'pod-uid',
  address: '10.0.0.5',
  sandbox: 'agent',
  sandboxUID: 'sandbox-uid',
  role: 'minimal',
  roleUID: 'role-uid',
  roleHash: ROLE.hash,
  policy: compileCallPolicy(ROLE.spec, 'minimal'),
  narrow: undefined,
  auditSettings: ROLE.spec.audit,
  proof: 'Secret',
};

/** A call that is allowed and does nothing. */
export function buildOperation(changes: Partial<Operation> = {}): Operation {
  return {
    event: 'Connect',
    tool: null,
    malformed: null,
    isReadable: true,
    authorize: () => allowCall({ rule: 'spec.network.allow', level: 'Gateway' }),
    firstEgressBytes: () => 0,
    takeRoom: () => null,
    resolve: () => null,
    dispatch: () => Promise.resolve({ succeeded: true, reason: 'Ended' }),
    describe: () => ({}),
    ...changes,
  };
}

export function buildCall(changes: Partial<Operation> = {}): Call {
  const proof = { proof: null, rest: [] };
  return createCall({ uid: 'call', operation: buildOperation(changes), address: '10.0.0.5', proof });
}

/** Services that let everything through, and what they were given. */
export interface BuiltServices extends PipelineServices {
  readonly written: (readonly ['Intent' | 'Outcome' | 'Record', AuditRecordInput])[];
}

export function buildServices(changes: Partial<PipelineServices> = {}): BuiltServices {
  const written: BuiltServices['written'] = [];
  const identities = {
    identify: () => Promise.resolve({ caller: CALLER }),
    stillHolds: () => null,
  } as unknown as PipelineServices['identities'];
  const audit = {
    intend: (record: AuditRecordInput) => {
      written.push(['Intent', record]);
      return Promise.resolve({ sequence: 1 });
    },
    outcome: (record: AuditRecordInput) => void written.push(['Outcome', record]),
    record: (record: AuditRecordInput) => void written.push(['Record', record]),
    problem: () => null,
    argumentsProblem: () => null,
  } as unknown as AuditLog;
  const limits = {
    takeAddress: () => null,
    takeCall: () => null,
    reserveEgress: () => null,
    reserveTokens: () => ({ use: () => undefined }),
    sizes: () => [],
  };
  const given = { identities, audit, limits, ...changes };
  return {
    written,
    openCalls: createOpenCalls({ identities: given.identities, maxCallsPerPod: 2 }),
    isDraining: () => false,
    log: createLog({ program: 'gateway', level: 'silent' }),
    onEnd: vi.fn(),
    ...given,
  };
}
