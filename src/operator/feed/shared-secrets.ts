import type { AgentRole } from '../../api/agent-role.ts';
import { CLUSTER_ROLE, LABEL } from '../../api/names.ts';
import type { SharedSecret } from '../../policy/feed/feed-schemas.ts';
import { roleFeedConfigMap } from '../../render/tenant/feed-config-map.ts';
import { tenantOfNamespace } from '../tenant-of-namespace.ts';
import { isInPlace } from '../tenant-isolation/close-network.ts';
import { roleFeedOf } from './decide-feed.ts';
import { type FeedContext, type FeedRun, toldRole } from './feed-context.ts';
import { deleteRoleSecret, ensureRoleSecret } from './role-secrets.ts';

/** A role of a tenant. `role` is undefined where the tenant does not allow it, or it does not exist. */
export interface TenantRole {
  readonly tenant: string;
  readonly name: string;
  readonly role: AgentRole | undefined;
}

/** The Secrets that governed pods share where they belong to no sandbox: one a namespace and role. */
export interface SharedSecrets {
  /** Makes those of a role that are needed, and takes the others away. Returns those that are there. */
  readonly provide: (role: TenantRole, run: FeedRun) => Promise<readonly SharedSecret[]>;
}

/** Nobody can list Secrets, so each is read again about as often as everything is looked at again. */
const MAX_UNREAD_MILLISECONDS = 540_000;

/**
 * The feed is also the record of what was made: a namespace is in it before its Secret is created and until that is deleted,
 * so that an operator that is killed loses none.
 */
export function createSharedSecrets({ clock }: Pick<FeedContext, 'clock'>): SharedSecrets {
  const readTimes = new Map<string, number>();
  const isDue = (key: string): boolean => {
    const now = clock.now();
    const last = readTimes.get(key);
    if (last === undefined) readTimes.set(key, now);
    return last !== undefined && now - last >= MAX_UNREAD_MILLISECONDS;
  };
  return {
    provide: async (role, run) => {
      const { told, kept, dropped } = planSecrets(role, run.context);
      const known = new Map(told.map((one) => [one.namespace, one]));
      const entries = kept.map((namespace): SharedSecret => known.get(namespace) ?? { namespace });
      if (kept.some((namespace) => !known.has(namespace))) {
        await announce(
          role,
          [...entries, ...told.filter(({ namespace }) => dropped.includes(namespace))],
          run,
        );
      }
      const [provided, left] = await Promise.all([
        Promise.all(
          entries.map(async (entry): Promise<SharedSecret> => {
            const key = `${role.tenant}/${entry.namespace}/${role.name}`;
            if (entry.hash !== undefined && !isDue(key)) return entry;
            const hash = await ensure(role.name, entry.namespace, run);
            if (hash !== undefined) readTimes.set(key, clock.now());
            return hash === undefined ? entry : { ...entry, hash };
          }),
        ),
        Promise.all(dropped.map((namespace) => remove(role, namespace, run))),
      ]);
      for (const namespace of dropped) readTimes.delete(`${role.tenant}/${namespace}/${role.name}`);
      return [...provided, ...left.flat()];
    },
  };
}

/** What the feed has of a role, the namespaces whose Secret is needed, and those whose Secret is not. */
function planSecrets({ tenant, name, role }: TenantRole, { caches, enrolments }: FeedContext) {
  const told = toldRole(caches, tenant, name)?.sharedSecrets ?? [];
  const known = new Set(told.map(({ namespace }) => namespace));
  const isUsed = (namespace: string): boolean =>
    caches.pods
      .list(namespace)
      .some(
        ({ metadata: { labels } }) => labels?.[LABEL.role] === name && labels[LABEL.sandbox] === undefined,
      );
  const kept = enrolments.namespacesOf(tenant).filter((namespace) => {
    const mayMake = caches.roleBindings.get(namespace, CLUSTER_ROLE.operatorSecrets) !== undefined;
    return role === undefined ? known.has(namespace) && isUsed(namespace) : known.has(namespace) || mayMake;
  });
  return { told, kept, dropped: [...known].filter((namespace) => !kept.includes(namespace)) };
}

/** Records that Secrets will be made, before they are. */
async function announce(
  { tenant, name, role }: TenantRole,
  sharedSecrets: readonly SharedSecret[],
  { apply }: FeedRun,
): Promise<void> {
  const feed = roleFeedOf({ tenant, name, role, sharedSecrets });
  if (feed === null) return;
  const outcome = await apply(roleFeedConfigMap(feed));
  if (!isInPlace(outcome)) {
    throw new Error(
      `the ConfigMap of role "${name}" in the feed of tenant "${tenant}" could not be written: ${outcome}`,
    );
  }
}

async function ensure(
  role: string,
  namespace: string,
  { context: { client }, attempts }: FeedRun,
): Promise<string | undefined> {
  return attempts.attempt(() => ensureRoleSecret({ namespace, role }, client));
}

/** Returns the record of what could not be deleted. In a namespace that is gone or another's nothing is left to do. */
async function remove(
  { tenant, name: role }: TenantRole,
  namespace: string,
  { context: { caches, client, logger }, attempts }: FeedRun,
): Promise<readonly SharedSecret[]> {
  if (tenantOfNamespace(caches, namespace) !== tenant) return [];
  const isDone = await attempts.attempt(async () => {
    logger.info({ kind: 'Secret', namespace, role }, 'shared proxy secret deleted');
    await deleteRoleSecret({ namespace, role }, client);
    return true;
  });
  return isDone === true ? [] : [{ namespace }];
}
