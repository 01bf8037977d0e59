import { LABEL, systemNamespaceOf } from '../../api/names.ts';
import { isOwnedBy } from '../../api/ownership.ts';
import type { Work, WorkResult } from '../../controller/keyed-queue.ts';
import { findObject } from '../../kube/find-object.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { feedPlace, type FeedSubject } from '../../policy/feed/feed-name.ts';
import { sandboxProxySecretName } from '../../render/sandbox/proxy-secret.ts';
import {
  roleFeedConfigMap,
  sandboxFeedConfigMap,
  tenantFeedConfigMap,
} from '../../render/tenant/feed-config-map.ts';
import type { RenderedObject } from '../../render/tenant/rendered-object.ts';
import { databaseLoginsOf } from '../database/database-reports.ts';
import { createApplyRendered } from '../tenant-isolation/apply-rendered.ts';
import { createAttempts } from '../tenant-isolation/attempts.ts';
import { roleFeedOf, sandboxFactsOf, tenantFeedOf } from './decide-feed.ts';
import { type FeedContext, type FeedRun, toldSandbox } from './feed-context.ts';
import { type FeedEntry, readFeedKey } from './feed-keys.ts';
import { hashOfSecret } from './role-secrets.ts';
import { createSharedSecrets, type SharedSecrets } from './shared-secrets.ts';

/** A Secret that is not there is looked for again after so long: no cache shows it. */
const SECRET_RETRY_MILLISECONDS = 5_000;

/**
 * Returns the reconciler of the feed, by the key of the ConfigMap. There is one for the tenant, one for each role and one for
 * each sandbox that has a pod; what does not hold any more is deleted.
 */
export function createFeedReconciler(context: FeedContext): Work {
  const sharedSecrets = createSharedSecrets(context);
  return async (key, signal) => {
    const entry = readFeedKey(key);
    if (entry === null || !hasHome(entry.tenant, context)) return {};
    const attempts = createAttempts(signal);
    const run: FeedRun = { context, attempts, apply: createApplyRendered(context, attempts, signal) };
    const result = await tell(entry, run, sharedSecrets);
    attempts.throwFaults();
    return result;
  };
}

/** The tenant's reconciler makes the system namespace, and takes it away when nothing in it is needed. */
function hasHome(tenant: string, { caches }: FeedContext): boolean {
  const home = caches.namespaces.get(undefined, systemNamespaceOf(tenant));
  return home?.metadata.labels?.[LABEL.system] === tenant && home.metadata.deletionTimestamp === undefined;
}

async function tell(
  { tenant, subject }: FeedEntry,
  run: FeedRun,
  sharedSecrets: SharedSecrets,
): Promise<WorkResult> {
  const { caches, enrolments } = run.context;
  if (subject.kind === 'Tenant') {
    const found = caches.tenants.get(undefined, tenant);
    if (found === undefined) return write({ tenant, subject }, null, run);
    const logins = databaseLoginsOf(found, run.context);
    const feed = tenantFeedOf(found, enrolments.namespacesOf(tenant), logins);
    return write({ tenant, subject }, tenantFeedConfigMap(feed), run);
  }
  if (subject.kind === 'Sandbox') return tellSandbox(tenant, subject, run);
  const { role: name } = subject;
  const isAllowed = caches.tenants.get(undefined, tenant)?.spec.roles.allowed.includes(name) ?? false;
  const role = isAllowed ? caches.roles.get(undefined, name) : undefined;
  const secrets = await sharedSecrets.provide({ tenant, name, role }, run);
  const feed = roleFeedOf({ tenant, name, role, sharedSecrets: secrets });
  return write({ tenant, subject }, feed === null ? null : roleFeedConfigMap(feed), run);
}

async function tellSandbox(
  tenant: string,
  subject: Extract<FeedSubject, { kind: 'Sandbox' }>,
  run: FeedRun,
): Promise<WorkResult> {
  const { caches, tenantOf, quarantineOf } = run.context;
  const { namespace, sandbox: name } = subject;
  const sandbox = caches.sandboxes.get(namespace, name);
  const facts = sandboxFactsOf({
    tenant,
    holder: tenantOf(namespace),
    sandbox,
    isQuarantined: sandbox !== undefined && quarantineOf.ofSandbox(sandbox) !== null,
    pod: caches.pods.get(namespace, name),
  });
  if (facts === null) return write({ tenant, subject }, null, run);
  const told = toldSandbox(caches, tenant, subject);
  // Until the pod has started the Secret may be made again, and the pod reads the last.
  const isKnown =
    told?.uid === facts.uid && told.podUID === facts.podUID && told.podStarted === facts.podStarted;
  const hash = isKnown ? told.proxySecretHash : await hashOfSandbox({ ...subject, uid: facts.uid }, run);
  // What could not be read is no reason to delete what was written, which may say that the sandbox is contained.
  if (hash === undefined) return {};
  const wanted = hash === null ? null : sandboxFeedConfigMap({ ...facts, proxySecretHash: hash });
  await write({ tenant, subject }, wanted, run);
  return hash === null ? { requeueAfterMilliseconds: SECRET_RETRY_MILLISECONDS } : {};
}

/** The hash of the secret of this very sandbox; null where there is none, and undefined where it could not be read. */
async function hashOfSandbox(
  { namespace, sandbox, uid }: { readonly namespace: string; readonly sandbox: string; readonly uid: string },
  { context: { client }, attempts }: FeedRun,
): Promise<string | null | undefined> {
  const name = { namespace, name: sandboxProxySecretName(sandbox) };
  const secret = await attempts.attempt(() => findObject<KubeObject>(client, resources.secrets, name));
  if (secret === undefined) return undefined;
  return secret !== null && isOwnedBy(secret, uid) ? hashOfSecret(secret) : null;
}

/** Writes what is wanted, or deletes what is there where nothing is. */
async function write(
  { tenant, subject }: FeedEntry,
  wanted: RenderedObject | null,
  { context: { caches, client, logger }, attempts, apply }: FeedRun,
): Promise<WorkResult> {
  if (wanted !== null) {
    await apply(wanted);
    return {};
  }
  const place = feedPlace(tenant, subject);
  const found = caches.configMaps.get(place.namespace, place.name);
  if (found === undefined || found.metadata.deletionTimestamp !== undefined) return {};
  await attempts.attempt(async () => {
    logger.info({ kind: 'ConfigMap', ...place }, 'object deleted');
    await client.delete(resources.configMaps, place, { uid: found.metadata.uid });
  });
  return {};
}
