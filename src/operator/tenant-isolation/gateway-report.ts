import type { ConditionState } from '../../controller/conditions.ts';
import { listFirst } from '../../lib/list-first.ts';
import type { TenantStatusPart } from './tenant-status.ts';

/** What is known of a tenant's gateway. */
export interface GatewayFacts {
  /** Whether the operator was started with an image of the gateway. */
  readonly isConfigured: boolean;
  /** Objects of somebody else under names that the gateway needs. */
  readonly taken: readonly string[];
  /** What of it is not in place yet. */
  readonly missing: readonly string[];
  /** Why the targets of start gates are not known; null where they are. */
  readonly targetsProblem: string | null;
  /** Addresses of its Service, as the API server gave them. */
  readonly clusterIPs: readonly string[];
  /** Pods that look for it where it is not, as `acme/agent`: its Service was lost and made again. */
  readonly lost: readonly string[];
  readonly replicas: number;
  readonly readyReplicas: number;
}

const MAX_NAMED_PODS = 12;

/** What is known before anything was looked at. */
export const NO_GATEWAY: GatewayFacts = {
  isConfigured: false,
  taken: [],
  missing: [],
  targetsProblem: null,
  clusterIPs: [],
  lost: [],
  replicas: 0,
  readyReplicas: 0,
};

/** Returns the condition `GatewayReady` and `status.gateway` of a tenant. */
export function gatewayReport(facts: GatewayFacts): TenantStatusPart {
  const { clusterIPs } = facts;
  return {
    conditions: [{ type: 'GatewayReady', ...stateOf(facts) }],
    fields: { gateway: clusterIPs.length === 0 ? undefined : { clusterIPs: [...clusterIPs] } },
  };
}

function stateOf(facts: GatewayFacts): Omit<ConditionState, 'type'> {
  const { isConfigured, taken, missing, targetsProblem, clusterIPs, lost, replicas, readyReplicas } = facts;
  const not = (reason: string, message: string) => ({ status: 'False' as const, reason, message });
  if (!isConfigured) {
    return not(
      'NotConfigured',
      'The operator was started without --gateway-image, so tenants have no gateway.',
    );
  }
  if (taken.length > 0) {
    const message = `These objects do not belong to Cloister and are left alone: ${taken.join(', ')}. Delete them, so that the gateway can have its own.`;
    return not('NameTaken', message);
  }
  if (targetsProblem !== null) return not('TargetsUnknown', targetsProblem);
  if (missing.length > 0) return not('Unavailable', `Not in place yet: ${missing.join(', ')}.`);
  if (clusterIPs.length === 0) return not('Unavailable', 'The Service of the gateway has no address.');
  const ready = `Ready replicas: ${readyReplicas} of ${replicas}.`;
  if (lost.length > 0) {
    const message = `Its Service was lost and made again, and it is at ${clusterIPs.join(', ')} now. ${ready} Pods of sandboxes are made again; change what the others are made from. These pods look for it elsewhere: ${listFirst(lost, MAX_NAMED_PODS)}.`;
    return not('GatewayMoved', message);
  }
  return readyReplicas > 0
    ? { status: 'True', reason: 'Available', message: ready }
    : not('Unavailable', ready);
}
