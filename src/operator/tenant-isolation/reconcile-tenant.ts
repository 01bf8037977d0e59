import { API_VERSION, LABEL, systemNamespaceOf } from '../../api/names.ts';
import { type AgentRole, agentRole } from '../../api/agent-role.ts';
import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import type { Work } from '../../controller/keyed-queue.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { findListed } from '../../kube/find-object.ts';
import { resources } from '../../kube/resources.ts';
import { formatTime } from '../../lib/time.ts';
import { readVaultName } from '../../policy/vault/vault-identity.ts';
import { databasePart } from '../database/database-reports.ts';
import { recordPlace } from '../database/record-store.ts';
import { tenantOfNamespace } from '../tenant-of-namespace.ts';
import { createApplyRendered } from './apply-rendered.ts';
import { type Attempts, createAttempts } from './attempts.ts';
import { closeNetwork, networkReport } from './close-network.ts';
import { complianceReport } from './compliance-report.ts';
import { credentialsReport } from './credentials-report.ts';
import { nextExpiration } from './enrolments.ts';
import { gatewayReport, NO_GATEWAY } from './gateway-report.ts';
import { keepTokenReviewers } from './keep-token-reviewers.ts';
import type { EnrolmentPlan } from './plan-enrolment.ts';
import { findLeft } from './left-objects.ts';
import { provideQuotas, quotaReport } from './provide-quotas.ts';
import { provideGateway, type ProvidedGateway } from './provide-gateway.ts';
import { provideServices, servicesReport } from './provide-services.ts';
import { createQuotaRemake, type RemakeQuota } from './remake-quota.ts';
import { readyReport } from './ready-report.ts';
import { createPresentReview, type ReviewPresent } from './review-present.ts';
import { releaseNamespace } from './release-namespace.ts';
import type { TenantContext } from './tenant-context.ts';
import { namespaceEvent, tenantEvents } from './tenant-events.ts';
import { tenantStatus, type TenantStatusPart } from './tenant-status.ts';

/** A step that is due but cannot be done is looked at again after so long, where no event says that it can. */
const MIN_REQUEUE_MILLISECONDS = 1_000;

/**
 * Returns the reconciler of tenants, by name. A tenant that is gone has its namespaces released, and then its system
 * namespace deleted. All steps are tried before it throws what failed.
 */
export function createTenantReconciler(context: TenantContext): Work {
  const { caches, clock } = context;
  const reviewPresent = createPresentReview(context);
  const remakeQuota = createQuotaRemake(context);
  return async (name, signal) => {
    const attempts = createAttempts(signal);
    const startTime = clock.now();
    const tenant = caches.tenants.get(undefined, name);
    const plan = context.enrolments.plan();
    const waits = [
      await enrolNamespaces(name, plan, { context, attempts }),
      await releaseNamespaces(name, plan, { context, attempts }),
    ].includes(true);
    if (context.configuration.gateway !== null) await attempts.attempt(() => keepTokenReviewers(context));
    const dueTime =
      tenant === undefined
        ? await deleteSystemNamespace(name, { context, attempts })
        : await provide(tenant, plan, { context, attempts, signal, reviewPresent, remakeQuota, startTime });
    attempts.throwFaults();
    const nextTime = waits ? clock.now() : dueTime;
    return nextTime === Infinity
      ? {}
      : { requeueAfterMilliseconds: Math.max(MIN_REQUEUE_MILLISECONDS, nextTime - clock.now()) };
  };
}

interface Run {
  readonly context: TenantContext;
  readonly attempts: Attempts;
}

/** Returns whether one waits: what another tenant's sandboxes have there goes first, by the label of that tenant. */
async function enrolNamespaces(
  tenant: string,
  { enrolments }: EnrolmentPlan,
  { context, attempts }: Run,
): Promise<boolean> {
  const { client, events, logger, caches } = context;
  const mine = enrolments.filter(({ labels }) => labels[LABEL.tenant] === tenant);
  const due = mine.filter(({ namespace }) => !isStillUsed(namespace, tenant, caches));
  await Promise.all(
    due.map(({ namespace, uid, labels, annotations }) =>
      attempts.attempt(async () => {
        logger.info({ namespace, labels, annotations }, 'namespace enrolled');
        // It may have lost an annotation alone. The cache may see the label before this ends.
        const isNew = tenantOfNamespace(caches, namespace) !== tenant;
        const metadata = { name: namespace, uid, labels: { ...labels }, annotations: { ...annotations } };
        await client.apply(resources.namespaces, { metadata });
        if (isNew) events.record(namespaceEvent(metadata, { tenant, reason: 'Enrolled' }));
      }),
    ),
  );
  return due.length < mine.length;
}

function isStillUsed(namespace: string, tenant: string, caches: TenantContext['caches']): boolean {
  const before = tenantOfNamespace(caches, namespace);
  if (before === undefined || before === tenant) return false;
  const { sandboxObjects, sharedSecrets } = findLeft(namespace, caches);
  return sandboxObjects.length + sharedSecrets.length > 0;
}

/** Returns whether one is to be looked at again though nothing may change. */
async function releaseNamespaces(
  tenant: string,
  { releases }: EnrolmentPlan,
  { context, attempts }: Run,
): Promise<boolean> {
  const mine = releases.filter(({ namespace }) => tenantOfNamespace(context.caches, namespace) === tenant);
  if (mine.length === 0) return false;
  // Asked for again: to release what a tenant lists would open it, until the cache has seen the tenant.
  const tenants = await attempts.attempt(context.caches.listTenants);
  if (tenants === undefined) return false;
  const listed = new Set(tenants.flatMap(({ spec }) => spec.namespaces.map(({ name }) => name)));
  const rest = mine.filter(({ namespace }) => !listed.has(namespace));
  const waiting = await Promise.all(rest.map((release) => releaseNamespace(release, context, attempts)));
  return waiting.includes(true);
}

/**
 * Only after the last namespace was released: until then its sandboxes use what is in it. And only when no sandbox has an identity
 * of the tenant: one whose namespace went to another tenant has its ServiceAccount and its anchor there. And only when nothing is set
 * up for it in a database: the login by which that is taken away is there too.
 */
async function deleteSystemNamespace(tenant: string, { context, attempts }: Run): Promise<number> {
  const { caches, client, logger } = context;
  const isEnrolled = ({ metadata }: KubeObject) => metadata.labels?.[LABEL.tenant] === tenant;
  const name = systemNamespaceOf(tenant);
  const found = caches.namespaces.get(undefined, name);
  const isThere = found !== undefined && found.metadata.deletionTimestamp === undefined;
  const isOurs = found?.metadata.labels?.[LABEL.system] === tenant;
  if (!isThere || !isOurs || caches.namespaces.list().some(isEnrolled)) return Infinity;
  await attempts.attempt(async () => {
    const tenants = await caches.listTenants();
    if (tenants.some(({ metadata }) => metadata.name === tenant)) return;
    const sandboxes = await client.list<KubeObject & Pick<AgentSandbox, 'status'>>(resources.agentSandboxes);
    if (sandboxes.items.some(({ status }) => readVaultName(status?.vaultRole ?? '')?.tenant === tenant))
      return;
    if ((await findListed(client, resources.configMaps, recordPlace(tenant))) !== undefined) return;
    logger.info({ namespace: name }, 'system namespace deleted');
    await client.delete(resources.namespaces, { name }, { uid: found.metadata.uid });
  });
  return Infinity;
}

interface ProvideRun {
  readonly signal: AbortSignal;
  readonly reviewPresent: ReviewPresent;
  readonly remakeQuota: RemakeQuota;
  /** When the reconciliation began, in milliseconds since 1970: what ended since then was still in force for a part of it. */
  readonly startTime: number;
}

/** Of a tenant without one, so that what was said of an earlier one is a difference. */
const NO_DATABASE: TenantStatusPart = { conditions: [], fields: { database: undefined } };

/** Provides all that a tenant has, and writes its status. Returns when it is due again, in milliseconds since 1970. */
async function provide(tenant: TenantIsolation, plan: EnrolmentPlan, run: Run & ProvideRun): Promise<number> {
  const { context, attempts, signal } = run;
  const { name } = tenant.metadata;
  const enrolled = context.enrolments.namespacesOf(name);
  const apply = createApplyRendered(context, attempts, signal);
  const missing = await closeNetwork(name, enrolled, apply);
  const quotas = await provideQuotas(tenant, enrolled, { caches: context.caches, apply });
  const settings = context.configuration.gateway;
  const allowed = allowedRoles(tenant, context);
  // Read by the schema, so that what an older API server left out is there.
  const roles = allowed.map(({ spec }) => agentRole.schema.shape.spec.parse(spec));
  const services = await provideServices(roles, context);
  const task = { tenant, namespaces: enrolled, roles, services, context, apply, attempts };
  const gateway: ProvidedGateway =
    settings === null
      ? { facts: NO_GATEWAY, nextTime: Infinity }
      : await provideGateway({ ...task, settings });
  const reviewed = await run.reviewPresent({ tenant, namespaces: enrolled, attempts });
  const listed = tenant.spec.namespaces.map((namespace) => namespace.name);
  const notEnrolled = listed.filter((namespace) => !enrolled.includes(namespace));
  const enrolment = plan.reports.get(name);
  const parts = [
    ...(enrolment === undefined ? [] : [enrolment]),
    complianceReport(reviewed.facts),
    networkReport({ notEnrolled, missing }),
    quotaReport(quotas),
    gatewayReport(gateway.facts),
    credentialsReport(tenant, allowed),
    servicesReport(services),
  ];
  const all = [...parts, databasePart(tenant, context) ?? NO_DATABASE];
  // What is still to be taken away of a database that is not asked for keeps no agent from working.
  const needed = tenant.spec.database === undefined ? parts : all;
  await writeStatus(tenant, [...all, readyReport(needed)], run);
  const remake = await run.remakeQuota(name, attempts);
  const nextTimes = [gateway.nextTime, remake, reviewed.nextTime, services.nextTime];
  return Math.min(...nextTimes, nextExpiration([tenant], run.startTime));
}

/** Those that exist. */
function allowedRoles({ spec }: TenantIsolation, { caches }: TenantContext): readonly AgentRole[] {
  const found = spec.roles.allowed.map((name) => caches.roles.get(undefined, name));
  return found.filter((role) => role !== undefined);
}

async function writeStatus(
  tenant: TenantIsolation,
  parts: readonly TenantStatusPart[],
  { context: { client, clock, events }, attempts }: Run,
): Promise<void> {
  const status = tenantStatus(tenant, parts, formatTime(clock.now()));
  if (status === null) return;
  const { name, uid, resourceVersion } = tenant.metadata;
  // Of this object as it was read, so that what it replaces is what it was made from.
  const metadata = { name, uid, resourceVersion };
  await attempts.attempt(async () => {
    await client.applyStatus<KubeObject & Pick<TenantIsolation, 'status'>>(resources.tenantIsolations, {
      apiVersion: API_VERSION,
      kind: 'TenantIsolation',
      metadata,
      status,
    });
    tenantEvents(tenant, status).forEach(events.record);
  });
}
