import type { Server } from 'node:net';
import { collectDefaultMetrics, type Registry } from 'prom-client';
import { registerCacheMetrics } from '../cluster/cache-set.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { drain } from '../serve/drain.ts';
import { createHttpsServer, type HttpsServer, type ServingCertificate } from '../serve/https-server.ts';
import type { ConnectionLimits } from '../serve/limits.ts';
import { closeNow, listenOn } from '../serve/listen.ts';
import { createMetricsServer } from '../serve/metrics.ts';
import { createProbeServer, type ReadinessCheck } from '../serve/probes.ts';
import { createCanary } from './canary.ts';
import { followCertificate, type FollowedCertificate } from './certificate-folder.ts';
import type { GatewayConfiguration } from './configuration.ts';
import { type AddressLimits, createConnectionLimiter } from './connection-limiter.ts';
import { type FollowedFacts, followFacts } from './followed-facts.ts';
import { createGatewayMetrics, type GatewayMetrics } from './gateway-metrics.ts';
import { handleRequest } from './handle-request.ts';
import { createPodDirectory, type PodDirectory } from './pod-directory.ts';

export interface GatewayOptions {
  readonly configuration: GatewayConfiguration;
  readonly client: KubeClient;
  readonly log: Logger;
  readonly clock: Clock;
  readonly registry: Registry;
}

export interface RunningGateway {
  /** Drains, then stops everything. */
  readonly stop: () => Promise<void>;
}

/** Sized for a container of 256 MiB. */
const LIMITS: ConnectionLimits = Object.freeze({
  headersMilliseconds: 5_000,
  deadlineMilliseconds: 5_000,
  idleMilliseconds: 5_000,
  maxConnections: 512,
  // A start gate asks once on a connection. Every other request pays for a handshake, and so counts.
  maxRequestsPerConnection: 1,
});

/** A start gate asks, and tries the canary, four times a second until it passes. */
const ADDRESS_LIMITS: AddressLimits = Object.freeze({
  maxConnections: 8,
  connectionsPerSecond: 5,
  maxBurst: 20,
  maxConnectionMilliseconds: 10_000,
  maxAddresses: 4_096,
});

interface Knowledge {
  readonly facts: FollowedFacts;
  readonly pods: PodDirectory;
}

/** Starts the gateway. Probes and metrics are served at once, the API and the canary as soon as there is a certificate. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { configuration, client, log, clock, registry } = options;
  const { address, ports, drainMilliseconds: delayMilliseconds } = configuration;
  const stopping = new AbortController();
  const state = { isDraining: false };
  const knowledge = learn(options);
  const { facts, pods } = knowledge;
  const folder = configuration.certificateFolder;
  const certificate = followCertificate({ folder, log, clock }, stopping.signal);
  collectDefaultMetrics({ register: registry });
  registerCacheMetrics(registry, [facts.watched, pods.watched], () => clock.now());
  const probes = createProbeServer({
    checks: checksOf(knowledge, certificate),
    isDraining: () => state.isDraining,
    monotonicNow: () => performance.now(),
  });
  const metrics = createMetricsServer(registry);
  await Promise.all([listenOn(probes, ports.probes, address), listenOn(metrics, ports.metrics, address)]);

  const servers = createServers(options, knowledge, await certificate.first);
  certificate.serve((next) => servers.api.useCertificate(next));
  const port = await servers.listen();
  log.info({ port }, 'the gateway listens');
  return {
    stop: async () => {
      state.isDraining = true;
      const sleep = (milliseconds: number) => clock.sleep(milliseconds);
      await drain({ server: servers.api, log, delayMilliseconds, sleep });
      stopping.abort();
      servers.canary.close();
      await Promise.all([facts.stop(), pods.stop(), closeNow(probes), closeNow(metrics)]);
      await client.close();
    },
  };
}

function learn({ configuration, client, log, clock }: GatewayOptions): Knowledge {
  const { tenant, namespace } = configuration;
  const pods = createPodDirectory({ client, logger: log, clock });
  const facts = followFacts({
    client,
    log,
    clock,
    tenant,
    namespace,
    onChange: (current) => pods.follow(current?.namespaces ?? []),
  });
  facts.start();
  return { facts, pods };
}

function checksOf({ facts, pods }: Knowledge, certificate: FollowedCertificate): readonly ReadinessCheck[] {
  const factsProblem = (): string | null => {
    const current = facts.current();
    return 'problem' in current ? current.problem : null;
  };
  return [
    { name: 'facts', problem: factsProblem },
    { name: 'pods', problem: pods.problem },
    { name: 'certificate', problem: certificate.problem },
  ];
}

interface Servers {
  readonly api: HttpsServer;
  readonly canary: Server;
  /** Resolves to the port of the API. */
  readonly listen: () => Promise<number>;
}

function createServers(
  { configuration, log, registry }: GatewayOptions,
  { facts, pods }: Knowledge,
  certificate: ServingCertificate,
): Servers {
  const { ports, address } = configuration;
  const metrics = createGatewayMetrics(registry);
  const canary = createCanary({
    maxConnections: LIMITS.maxConnections,
    admit: limiterOf('canary', metrics).admit,
  });
  let canaryPort = ports.canary;
  const handler = { facts, pods, canaryPort: () => canaryPort, log, onResult: metrics.answered };
  const api = createHttpsServer(
    { certificate, limits: LIMITS, log, admit: limiterOf('api', metrics).admit },
    (request, response) => handleRequest(handler, request, response),
  );
  return {
    api,
    canary,
    listen: async () => {
      canaryPort = await listenOn(canary, ports.canary, address);
      return api.listen(ports.api, address);
    },
  };
}

function limiterOf(server: 'api' | 'canary', metrics: GatewayMetrics) {
  return createConnectionLimiter({
    limits: ADDRESS_LIMITS,
    monotonicNow: () => performance.now(),
    onRefused: () => metrics.refused(server),
  });
}
