import { rootCertificates } from 'node:tls';
import type { AgentRole } from '../../api/agent-role.ts';
import { GATEWAY, GATEWAY_CERTIFICATE, systemNamespaceOf } from '../../api/names.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import {
  type GatewayCertificateContext,
  readGatewayAuthorities,
  rotateGatewayCertificates,
} from '../../certificates/gateway-certificates.ts';
import { agentCredentials } from '../../policy/credentials/agent-credentials.ts';
import { certificateAuthorityConfigMap } from '../../render/tenant/certificate-authority-config-map.ts';
import type { DatabaseReach } from '../../render/tenant/database-egress.ts';
import { gatewayDisruptionBudget } from '../../render/tenant/gateway-disruption-budget.ts';
import { gatewayNetworkPolicy, outsidePortsOf } from '../../render/tenant/gateway-network-policy.ts';
import { gatewaySecretsRole } from '../../render/tenant/gateway-secrets-role.ts';
import { gatewayServiceAccount } from '../../render/tenant/gateway-service-account.ts';
import { gatewayService } from '../../render/tenant/gateway-service.ts';
import { gatewayStatefulSet, type GatewaySettings } from '../../render/tenant/gateway-stateful-set.ts';
import {
  type GatewayVault,
  vaultAuthorityConfigMap,
  vaultPortsOf,
} from '../../render/tenant/gateway-vault.ts';
import { GATEWAY_LABELS, type RenderedObject } from '../../render/tenant/rendered-object.ts';
import {
  gatewayBinding,
  gatewayPodsBinding,
  operatorSecretsBinding,
} from '../../render/tenant/role-bindings.ts';
import { roleProxySecretName } from '../../render/tenant/role-proxy-secret.ts';
import { systemQuota } from '../../render/tenant/resource-quota.ts';
import { systemNamespace } from '../../render/tenant/system-namespace.ts';
import { keepAuditKey } from '../audit/keep-audit-key.ts';
import { toldRole } from '../feed/feed-context.ts';
import { type ApplyRendered, nameOf, type RenderedOutcome } from './apply-rendered.ts';
import { findDatabase } from './find-database.ts';
import { findLost } from './find-lost.ts';
import type { Attempts } from './attempts.ts';
import { isInPlace } from './close-network.ts';
import { type GatewayFacts, NO_GATEWAY } from './gateway-report.ts';
import { provideGateFacts } from './provide-gate-facts.ts';
import type { ProvidedServices } from './provide-services.ts';
import type { TenantContext } from './tenant-context.ts';

/** The gateway of one tenant, in one reconciliation. */
export interface GatewayTask {
  readonly tenant: TenantIsolation;
  /** The enrolled namespaces. */
  readonly namespaces: readonly string[];
  /** The specs of the roles that the tenant allows, as far as there are any. */
  readonly roles: readonly AgentRole['spec'][];
  /** The Services that these name. */
  readonly services: ProvidedServices;
  readonly settings: GatewaySettings;
  readonly context: TenantContext;
  readonly apply: ApplyRendered;
  readonly attempts: Attempts;
}

/** What was found, and when the certificates have to be looked at again, in milliseconds since 1970. */
export interface ProvidedGateway {
  readonly facts: GatewayFacts;
  readonly nextTime: number;
}

/**
 * Makes the gateway of a tenant be there: its namespace, then the right to its Secrets, then its certificates, then the
 * rest. Where one of these is not there yet, the event of its arrival leads to the next.
 */
export async function provideGateway(task: GatewayTask): Promise<ProvidedGateway> {
  const { tenant, namespaces, context } = task;
  const name = tenant.metadata.name;
  const namespace = systemNamespaceOf(name);
  const tracker = trackOutcomes(task.apply);
  const waitFor = (rendered: RenderedObject): ProvidedGateway => {
    const { missing, ...facts } = tracker.facts();
    const all = [...new Set([nameOf(rendered), ...missing])];
    return { facts: { ...facts, ...observed(task), missing: all }, nextTime: Infinity };
  };

  const home = systemNamespace(name);
  if ((await tracker.apply(home)) !== 'Unchanged') return waitFor(home);
  const right = operatorSecretsBinding(namespace);
  const hasRight = (await tracker.apply(right)) === 'Unchanged';
  await Promise.all([
    tracker.apply(gatewayBinding(name)),
    tracker.apply(systemQuota(name)),
    ...vaultAuthority(task).map(tracker.apply),
    ...namespaces.flatMap((each) => [
      tracker.apply(operatorSecretsBinding(each)),
      tracker.apply(gatewayPodsBinding(name, each)),
    ]),
  ]);
  if (!hasRight) return waitFor(right);
  // One after the other: the API server looks at the Role when the binding is written.
  for (const each of gatewaySecretsRole(name, agentCredentials(tenant.spec))) await tracker.apply(each);

  const certificates = await provideCertificates(task, tracker);
  const keyTime = await task.attempts.attempt(() => keepAuditKey(name, context.client, context.clock.now()));
  tracker.missing.push(...missingSecrets(task));
  const targetsProblem = await provideGateFacts(task, tracker.apply);
  const database = await findDatabase(tenant, context);
  const [isClosed] = await Promise.all([
    tracker.apply(networkPolicyOf(task, database.reach)).then(isInPlace),
    ...[gatewayServiceAccount(name), gatewayService(name), gatewayDisruptionBudget(name)].map(tracker.apply),
  ]);
  // Without its policy everybody would reach it.
  if (certificates.isServing && isClosed) {
    const { replicas, storageClassName } = tenant.spec.gateway;
    const shape = { tenant: name, replicas, storageClassName, usesVault: vaultOf(task) !== null };
    await tracker.apply(gatewayStatefulSet(shape, task.settings));
  }
  return {
    facts: { ...tracker.facts(), ...observed(task), targetsProblem },
    nextTime: Math.min(
      certificates.nextTime,
      keyTime ?? Infinity,
      database.nextTime,
      targetsProblem === null ? Infinity : context.clock.now() + TARGETS_MILLISECONDS,
    ),
  };
}

/** What the targets are read from is in no cache, so no event says that it is there. */
const TARGETS_MILLISECONDS = 5_000;

function networkPolicyOf(task: GatewayTask, database: DatabaseReach | null): RenderedObject {
  const vault = vaultOf(task);
  return gatewayNetworkPolicy(task.tenant.metadata.name, {
    apiServerPorts: task.context.configuration.apiServerPorts,
    outsidePorts: outsidePortsOf(task.roles),
    deniedAddresses: task.settings.deniedAddresses,
    vaultPorts: vault === null ? [] : vaultPortsOf(vault),
    services: task.services.reaches,
    database,
  });
}

/** Where Vault is; null where the tenant does not use it. */
function vaultOf({ tenant, settings }: GatewayTask): GatewayVault | null {
  return tenant.spec.vault === undefined ? null : settings.vault;
}

function vaultAuthority(task: GatewayTask): readonly RenderedObject[] {
  const authority = vaultOf(task)?.authority ?? null;
  return authority === null ? [] : [vaultAuthorityConfigMap(task.tenant.metadata.name, authority)];
}

/** Remembers what is not as it must be. */
function trackOutcomes(apply: ApplyRendered) {
  const taken: string[] = [];
  const missing: string[] = [];
  return {
    missing,
    apply: async (rendered: RenderedObject): Promise<RenderedOutcome> => {
      const outcome = await apply(rendered);
      if (outcome === 'Foreign') taken.push(nameOf(rendered));
      else if (!isInPlace(outcome)) missing.push(nameOf(rendered));
      return outcome;
    },
    facts: (): GatewayFacts => ({
      ...NO_GATEWAY,
      isConfigured: true,
      taken: taken.sort(),
      missing: missing.sort(),
    }),
  };
}

type Tracker = ReturnType<typeof trackOutcomes>;

/** Publishes what agents must trust, and then has the gateway serve a certificate that is signed by it. */
async function provideCertificates(
  { tenant, namespaces, context, attempts }: GatewayTask,
  tracker: Tracker,
): Promise<{ readonly isServing: boolean; readonly nextTime: number }> {
  const { client, logger, clock } = context;
  const namespace = systemNamespaceOf(tenant.metadata.name);
  const now = clock.now();
  const given: GatewayCertificateContext = { client, logger, namespace, labels: GATEWAY_LABELS, now };
  const rotation = await attempts.attempt(async () => {
    const authorities = await readGatewayAuthorities(given);
    const published = await publishBundle(authorities.bundle, namespaces, tracker);
    return rotateGatewayCertificates(authorities, published, given);
  });
  if (rotation?.isServing !== true) tracker.missing.push(`Secret ${namespace}/${GATEWAY_CERTIFICATE.secret}`);
  if (rotation === undefined) return { isServing: false, nextTime: Infinity };
  const { isServing, haveAuthoritiesChanged, nextTime } = rotation;
  return { isServing, nextTime: haveAuthoritiesChanged ? now : nextTime };
}

/** Returns what is published in each namespace; not of those where the ConfigMap is somebody else's, who must not hold up the rest. */
async function publishBundle(
  bundle: string,
  namespaces: readonly string[],
  tracker: Tracker,
): Promise<readonly string[]> {
  const trusted = { authorities: bundle, publicRoots: rootCertificates };
  const published = await Promise.all(
    namespaces.map(async (namespace) => {
      const outcome = await tracker.apply(certificateAuthorityConfigMap(namespace, trusted));
      if (outcome === 'Foreign') return [];
      return [isInPlace(outcome) ? bundle : ''];
    }),
  );
  return published.flat();
}

/** What the API server says of the Service and the StatefulSet. */
function observed({ tenant, namespaces, context: { caches } }: GatewayTask) {
  const namespace = systemNamespaceOf(tenant.metadata.name);
  const service = caches.services.get(namespace, GATEWAY.name);
  const statefulSet = caches.statefulSets.get(namespace, GATEWAY.name);
  const clusterIPs = (service?.spec?.clusterIPs ?? []).filter((address) => address !== 'None');
  return {
    clusterIPs,
    lost: findLost(namespaces, clusterIPs, caches),
    replicas: tenant.spec.gateway.replicas,
    readyReplicas: statefulSet?.status?.readyReplicas ?? 0,
  };
}

/** Secrets of roles that could not be made, or not yet. */
function missingSecrets({ tenant, namespaces, context: { caches } }: GatewayTask): readonly string[] {
  return tenant.spec.roles.allowed.flatMap((role) => {
    const told = toldRole(caches, tenant.metadata.name, role)?.sharedSecrets ?? [];
    return told
      .filter(({ namespace, hash }) => hash === undefined && namespaces.includes(namespace))
      .map(({ namespace }) => `Secret ${namespace}/${roleProxySecretName(role)}`);
  });
}
