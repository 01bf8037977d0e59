import { collectDefaultMetrics, type Registry } from 'prom-client';
import { createCertificateCheck, registerCertificateMetrics } from '../certificates/certificate-status.ts';
import { keepCertificates } from '../certificates/keep-certificates.ts';
import { createTlsSelfProbe } from '../certificates/tls-self-probe.ts';
import {
  cacheProblem,
  type CacheSet,
  createCacheCheck,
  createCacheSet,
  registerCacheMetrics,
} from '../cluster/cache-set.ts';
import {
  createNamespaceCache,
  createPodRoleCache,
  createQuarantineCache,
  createRoleCache,
  createTenantCache,
} from '../cluster/caches.ts';
import type { ClusterView } from '../cluster/cluster-view.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { drain } from '../serve/drain.ts';
import type { HttpsServer, ServingCertificate } from '../serve/https-server.ts';
import { closeNow, listenOn } from '../serve/listen.ts';
import { createLoad } from '../serve/load.ts';
import { createMetricsServer } from '../serve/metrics.ts';
import { createProbeServer, type ReadinessCheck } from '../serve/probes.ts';
import { createAdmissionMetrics } from './admission-metrics.ts';
import type { WebhookConfiguration } from './configuration.ts';
import { review } from './review/review.ts';
import { createRoleUseReviewer } from './review/role-use.ts';
import { createWebhookServer } from './server.ts';

export interface WebhookOptions {
  readonly configuration: WebhookConfiguration;
  readonly client: KubeClient;
  readonly log: Logger;
  readonly clock: Clock;
  readonly registry: Registry;
}

export interface RunningWebhook {
  /** Drains, then stops everything. */
  readonly stop: () => Promise<void>;
}

/** The webhook's knowledge of the cluster. */
interface Cluster {
  readonly view: ClusterView;
  readonly caches: CacheSet;
}

/**
 * Starts the webhook. Probes and metrics are served at once, reviews as soon as there is a certificate. Reviews are rejected
 * until the caches are synced.
 */
export async function startWebhook(options: WebhookOptions): Promise<RunningWebhook> {
  const { configuration, client, log, clock, registry } = options;
  const { namespace, hosts, ports, address } = configuration;
  const stopping = new AbortController();
  const cluster = watchCluster(options);
  const { caches } = cluster;
  caches.start();
  const certificates = keepCertificates({ namespace, hosts, client, log, clock }, stopping.signal);
  collectDefaultMetrics({ register: registry });
  registerCertificateMetrics(registry, certificates.status);
  registerCacheMetrics(registry, caches.watched, () => clock.now());
  const state: { port?: number; isDraining: boolean } = { isDraining: false };
  const selfProbeTarget = { port: () => state.port, address, host: hosts[0] ?? '' };
  const checks: readonly ReadinessCheck[] = [
    createCacheCheck(caches.watched, () => clock.now()),
    createCertificateCheck(certificates.status, Date.now),
    createTlsSelfProbe(selfProbeTarget, certificates.status),
  ];
  const monotonicNow = (): number => performance.now();
  const probes = createProbeServer({ checks, isDraining: () => state.isDraining, monotonicNow });
  const metrics = createMetricsServer(registry);
  await Promise.all([listenOn(probes, ports.probes, address), listenOn(metrics, ports.metrics, address)]);

  const server = createServer(options, cluster, await certificates.first);
  certificates.serve((certificate) => server.useCertificate(certificate));
  state.port = await server.listen(ports.reviews, address);
  log.info({ port: state.port }, 'the webhook listens');
  return {
    stop: async () => {
      state.isDraining = true;
      const delayMilliseconds = configuration.drainMilliseconds;
      await drain({ server, log, delayMilliseconds, sleep: (milliseconds) => clock.sleep(milliseconds) });
      stopping.abort();
      await Promise.all([caches.stop(), closeNow(probes), closeNow(metrics)]);
      await client.close();
    },
  };
}

function watchCluster({ client, log }: WebhookOptions): Cluster {
  const roles = createRoleCache({ client, logger: log });
  const tenants = createTenantCache({ client, logger: log });
  const pods = createPodRoleCache({ client, logger: log });
  const quarantines = createQuarantineCache({ client, logger: log });
  const namespaces = createNamespaceCache({ client, logger: log });
  return {
    caches: createCacheSet([roles, tenants, pods, quarantines, namespaces]),
    view: {
      role: roles.role,
      tenantOf: tenants.tenantOf,
      otherTenantsOf: tenants.otherTenantsOf,
      hasTenant: tenants.hasTenant,
      enrolledFor: namespaces.enrolledFor,
      roleNameOfPod: pods.roleNameOfPod,
      quarantineOf: quarantines.quarantineOf,
    },
  };
}

function createServer(
  { configuration, client, log, registry, clock }: WebhookOptions,
  { view, caches }: Cluster,
  certificate: ServingCertificate,
): HttpsServer {
  const { limits, admission } = configuration;
  const load = createLoad(limits);
  const roleUse = createRoleUseReviewer({
    client,
    clock,
    log,
    deadlineMilliseconds: limits.deadlineMilliseconds,
  });
  const settings = { view, configuration: admission, now: Date.now, roleUse };
  return createWebhookServer({
    review: (request) => review(request, settings),
    certificate,
    limits,
    load,
    metrics: createAdmissionMetrics(registry, load.inFlight),
    log,
    monotonicNow: () => performance.now(),
    now: Date.now,
    isReady: () => cacheProblem(caches.watched, clock.now()) === null,
  });
}
