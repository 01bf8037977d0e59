import type { Server } from 'node:http';
import type { Registry } from 'prom-client';
import type { Clock } from '../lib/clock.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { Logger } from '../lib/log.ts';
import { createAdmissionMetrics } from './admission-metrics.ts';
import { cacheProblem, createCacheCheck } from '../cluster/cache-readiness.ts';
import { createCertificateCheck } from '../certificates/certificate-readiness.ts';
import { keepCertificates } from '../certificates/keep-certificates.ts';
import type { ServingCertificate } from '../certificates/serving-certificate.ts';
import { drain } from '../serve/drain.ts';
import { listenOn } from '../serve/listen.ts';
import { createMetricsServer } from '../serve/metrics-server.ts';
import { createProbeServer } from '../serve/probe-server.ts';
import { review } from './review/review.ts';
import { createReviewLoad } from '../serve/load.ts';
import { createWebhookServer, type WebhookServer } from './server.ts';
import { registerStateMetrics } from '../serve/state-metrics.ts';
import { createTlsSelfProbe } from '../certificates/tls-self-probe.ts';
import { createWatchedClusterView } from '../cluster/watched-cluster-view.ts';
import type { WebhookConfiguration } from './webhook-configuration.ts';

export interface WebhookParts {
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

/** Starts probes and metrics at once, the reviews as soon as there is a certificate, and answers them once the caches are synced. */
export async function startWebhook(parts: WebhookParts): Promise<RunningWebhook> {
  const { configuration, client, log, clock, registry } = parts;
  const stopping = new AbortController();
  const view = createWatchedClusterView(client, log);
  view.start();
  const certificates = keepCertificates(parts, stopping.signal);
  const state: { port?: number; isDraining: boolean } = { isDraining: false };
  const status = certificates.status;
  // The caches stamp their contacts by this clock, which a step of the wall clock leaves alone.
  registerStateMetrics(registry, { certificates: status, caches: view.watched, now: () => clock.now() });
  const selfProbeTarget = {
    port: () => state.port,
    address: configuration.address,
    host: configuration.hosts[0] ?? '',
  };
  const probes = createProbeServer({
    checks: [
      createCacheCheck(view.watched, () => clock.now()),
      createCertificateCheck(status, Date.now),
      createTlsSelfProbe(selfProbeTarget, status),
    ],
    isDraining: () => state.isDraining,
    monotonicNow: () => performance.now(),
  });
  const metrics = createMetricsServer(registry);
  await Promise.all([
    listenOn(probes, configuration.ports.probes, configuration.address),
    listenOn(metrics, configuration.ports.metrics, configuration.address),
  ]);

  const server = createServer(parts, view, await certificates.first);
  certificates.serve((certificate) => server.useCertificate(certificate));
  state.port = await server.listen(configuration.ports.reviews, configuration.address);
  log.info({ port: state.port }, 'webhook listens');
  return {
    stop: async () => {
      state.isDraining = true;
      const delayMilliseconds = configuration.drainMilliseconds;
      await drain({ server, log, delayMilliseconds, sleep: (milliseconds) => clock.sleep(milliseconds) });
      stopping.abort();
      await Promise.all([view.stop(), close(probes), close(metrics)]);
      await client.close();
    },
  };
}

function createServer(
  { configuration, log, registry, clock }: WebhookParts,
  view: ReturnType<typeof createWatchedClusterView>,
  certificate: ServingCertificate,
): WebhookServer {
  const { limits, admission, offersHttp2 } = configuration;
  const load = createReviewLoad(limits);
  const settings = { view, configuration: admission, now: Date.now };
  return createWebhookServer({
    review: (request) => review(request, settings),
    certificate,
    limits,
    load,
    metrics: createAdmissionMetrics(registry, load.inFlight),
    log,
    now: Date.now,
    monotonicNow: () => performance.now(),
    offersHttp2,
    isReady: () => cacheProblem(view.watched, clock.now()) === null,
  });
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
