import { OPERATOR_USER } from '../../api/names.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import { resources } from '../../kube/resources.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { parseTime } from '../../lib/time.ts';
import type { PodSurroundings } from '../../policy/admission/context-of-pod.ts';
import { judgePresent } from '../../policy/admission/judge-present.ts';
import { compileRole } from '../../policy/roles/compile-role.ts';
import { compileTenant } from '../../policy/tenants/compile-tenant.ts';
import type { Attempts } from './attempts.ts';
import type { ComplianceFacts, Violator } from './compliance-report.ts';
import { enrolmentTime, findPresent, type PresentObject } from './find-present.ts';
import type { TenantContext } from './tenant-context.ts';

/** A tenant of which what was there before is reviewed. */
export interface ReviewTask {
  readonly tenant: TenantIsolation;
  /** The enrolled namespaces. */
  readonly namespaces: readonly string[];
  readonly attempts: Attempts;
}

/** What was found, and when it has to be looked at again, in milliseconds since 1970. */
export interface Reviewed {
  readonly facts: ComplianceFacts | null;
  readonly nextTime: number;
}

export type ReviewPresent = (task: ReviewTask) => Promise<Reviewed>;

/** While something violates the contract, it is looked at again so often; sooner where it was evicted. */
const VIOLATED_MILLISECONDS = 30_000;
const EVICTED_MILLISECONDS = 5_000;
/** A little less than from one round of all tenants to the next. */
const MAX_AGE_MILLISECONDS = 530_000;

interface Known extends Reviewed {
  /** What the result was made from. */
  readonly basis: string;
  readonly time: number;
}

/**
 * Returns a function that reviews the pods and workloads from before enrolment, and evicts the pods where the tenant says so.
 * They are listed again when a role or the tenant has changed, and from time to time: the caches have only governed pods.
 */
export function createPresentReview(context: TenantContext): ReviewPresent {
  const known = new Map<string, Known>();
  return async (task) => {
    const { name } = task.tenant.metadata;
    const now = context.clock.now();
    const basis = basisOf(task, context);
    const last = known.get(name);
    const end = Math.min(last?.nextTime ?? 0, (last?.time ?? 0) + MAX_AGE_MILLISECONDS);
    if (last?.basis === basis && now < end) return last;
    const reviewed = await task.attempts.attempt(() => review(task, context));
    // What could not be listed is tried again with the whole tenant.
    if (reviewed === undefined) return { facts: last?.facts ?? null, nextTime: Infinity };
    if (reviewed.facts !== null) known.set(name, { ...reviewed, basis, time: now });
    return reviewed;
  };
}

/** Everything that a result depends on, but for the objects themselves and the time. */
function basisOf({ tenant, namespaces }: ReviewTask, { caches, clock }: TenantContext): string {
  const roles = tenant.spec.roles.allowed.map((name) => {
    const metadata = caches.roles.get(undefined, name)?.metadata;
    return [metadata?.uid, metadata?.generation];
  });
  const inForce = tenant.spec.exemptions.filter((one) => parseTime(one.expirationTime) > clock.now());
  return canonicalJson({
    spec: tenant.spec,
    inForce: inForce.length,
    addresses: tenant.status?.gateway?.clusterIPs,
    namespaces: namespaces.map((name) => [name, enrolmentTime(name, caches)]),
    roles,
  });
}

async function review(task: ReviewTask, context: TenantContext): Promise<Reviewed> {
  const { tenant, namespaces } = task;
  const { caches, client, clock } = context;
  const times = namespaces.map((namespace) => ({ namespace, time: enrolmentTime(namespace, caches) }));
  const policies = policiesFor(tenant, context);
  const violators: Violator[] = [];
  for (const { namespace, time } of times) {
    if (time === null) return { facts: null, nextTime: Infinity };
    const present = await findPresent(namespace, time, client);
    violators.push(...present.flatMap((one) => judge(one, policies, context)));
  }
  const pods = violators.filter(({ kind }) => kind === resources.pods.kind);
  const held = tenant.spec.adopt === 'Evict' ? await evict(pods, task, context) : pods;
  const rest = held.length < pods.length ? EVICTED_MILLISECONDS : VIOLATED_MILLISECONDS;
  const nextTime = violators.length === 0 ? Infinity : clock.now() + rest;
  const names =
    tenant.spec.adopt === 'Evict' ? held.map(({ namespace, name }) => `${namespace}/${name}`) : [];
  return { facts: { violators, held: names }, nextTime };
}

/** The tenant is compiled once, and each role where an object has it. */
function policiesFor(tenant: TenantIsolation, { caches }: TenantContext): PodSurroundings['policies'] {
  const policy = compileTenant(tenant);
  return {
    role: (name) => {
      const found = caches.roles.get(undefined, name);
      return found === undefined ? null : compileRole(found);
    },
    tenantOf: () => policy,
  };
}

function judge(
  { namespace, object }: PresentObject,
  policies: PodSurroundings['policies'],
  { clock, configuration }: TenantContext,
): readonly Violator[] {
  const violations = judgePresent({ ...object }, namespace, {
    policies,
    configuration: { startGateDigests: configuration.startGate.digests, operatorUser: OPERATOR_USER },
    now: clock.now(),
  });
  if (violations.length === 0) return [];
  const { name = '', uid } = object.metadata;
  const checks = [...new Set(violations.map(({ check }) => check))];
  return [{ kind: object.kind, namespace, name, uid, checks }];
}

/** Evicts pods, as far as their PodDisruptionBudgets let them go. Returns those that are held. */
async function evict(
  pods: readonly Violator[],
  { attempts }: ReviewTask,
  { client, logger }: TenantContext,
): Promise<readonly Violator[]> {
  const held: Violator[] = [];
  for (const pod of pods) {
    const { namespace, name, uid, checks } = pod;
    await attempts.attempt(async () => {
      const eviction = {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { namespace, name },
        deleteOptions: { preconditions: { uid } },
      };
      try {
        await client.create(resources.pods, eviction, { subresource: 'eviction', maxAttempts: 1 });
        logger.info({ namespace, name, checks }, 'pod from before enrolment evicted');
      } catch (error) {
        if (!isKubeError(error, 'TooManyRequests')) throw error;
        held.push(pod);
      }
    });
  }
  return held;
}
