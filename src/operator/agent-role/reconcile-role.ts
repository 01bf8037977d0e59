import type { AgentRole } from '../../api/agent-role.ts';
import { API_VERSION } from '../../api/names.ts';
import { conditionEvents, type ToldConditions } from '../../controller/condition-events.ts';
import { type ConditionState, wholeStatus } from '../../controller/conditions.ts';
import type { EventRecorder } from '../../controller/events.ts';
import type { Work } from '../../controller/keyed-queue.ts';
import { writeStatus } from '../../controller/write-status.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import type { Clock } from '../../lib/clock.ts';
import { formatTime } from '../../lib/time.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import { judgeRole } from './judge-role.ts';

export interface RoleReconcilerOptions {
  readonly client: Pick<KubeClient, 'applyStatus'>;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly clock: Clock;
  readonly caches: Pick<OperatorCaches, 'roles'>;
  /** Whether Cloister knows a seccomp profile of this name. */
  readonly isKnownProfile: (name: string) => boolean;
}

type StoredRole = AgentRole & KubeObject;

const TOLD: ToldConditions = {
  Accepted: {
    action: 'JudgeRole',
    reasons: { InvalidRule: 'Warning', InvalidArguments: 'Warning', UnknownSeccompProfile: 'Warning' },
  },
};

/** Creates the reconciler of roles, by name. It writes their status, and nothing else. */
export function createRoleReconciler({
  client,
  events,
  clock,
  caches,
  isKnownProfile,
}: RoleReconcilerOptions): Work {
  const judge = createJudge(isKnownProfile);
  return async (name, signal) => {
    const role = caches.roles.get(undefined, name);
    if (role === undefined) judge.forget(name);
    if (role === undefined || role.metadata.deletionTimestamp !== undefined) return {};
    const status = wholeStatus(role, judge.statesOf(role), {}, formatTime(clock.now()));
    if (status === null) return {};
    const object = { metadata: { name, uid: role.metadata.uid }, status };
    const regarding = { apiVersion: API_VERSION, kind: 'AgentRole', metadata: role.metadata };
    const conditions = { before: role.status?.conditions ?? [], after: status.conditions ?? [] };
    const facts = conditionEvents(regarding, conditions, TOLD);
    await writeStatus({ resource: resources.agentRoles, object, facts }, { client, events, signal });
    return {};
  };
}

/** Judges a role once for each of its generations: to compile a schema takes milliseconds. */
function createJudge(isKnownProfile: (name: string) => boolean) {
  const known = new Map<string, { readonly version: string; readonly states: readonly ConditionState[] }>();
  return {
    statesOf: (role: StoredRole): readonly ConditionState[] => {
      const { name, uid, generation } = role.metadata;
      const version = `${uid}/${generation}`;
      const before = known.get(name);
      if (before?.version === version) return before.states;
      const states = judgeRole(role, isKnownProfile);
      known.set(name, { version, states });
      return states;
    },
    forget: (name: string): void => void known.delete(name),
  };
}
