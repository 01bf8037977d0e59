import type { Server } from 'node:net';
import type { SecureContext } from 'node:tls';
import { collectDefaultMetrics, type Registry } from 'prom-client';
import { AUDIT_HEADS } from '../api/names.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { type AuditLogOptions, openAuditLog } from '../audit/open-audit-log.ts';
import { registerCacheMetrics } from '../cluster/cache-set.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { closeNow, listenOn } from '../serve/listen.ts';
import { createMetricsServer, registerGauge } from '../serve/metrics.ts';
import { createProbeServer, type ReadinessCheck } from '../serve/probes.ts';
import { followCertificate, type FollowedCertificate } from './certificate-folder.ts';
import type { GatewayConfiguration } from './configuration.ts';
import { createServers } from './create-servers.ts';
import { drainGateway } from './drain-gateway.ts';
import type { Network } from './egress/network.ts';
import { createGatewayMetrics, type GatewayMetrics } from './gateway-metrics.ts';
import { type Knowledge, learn } from './knowledge.ts';
import { openCredentials, type OpenCredentials } from './open-credentials.ts';
import { createCallLimits } from './limits/call-limits.ts';
import type { PipelineServices } from './pipeline/call.ts';
import { createOpenCalls } from './pipeline/open-calls.ts';

export interface GatewayOptions {
  readonly configuration: GatewayConfiguration;
  readonly client: KubeClient;
  readonly log: Logger;
  readonly clock: Clock;
  readonly registry: Registry;
  /** The world outside. */
  readonly network: Network;
  /** Whose certificates are trusted there. Those that Node trusts where it is not set. */
  readonly secureContext?: SecureContext;
  /** Where credentials of agents come from, for tests without a store. */
  readonly credentials?: OpenCredentials;
  /** Creates a file of the audit, for tests with a slow or a full disk. */
  readonly createAuditFile?: AuditLogOptions['createFile'];
}

/** The ports that the gateway listens on. */
export interface GatewayPorts {
  readonly proxy: number;
  readonly api: number;
  readonly canary: number;
  readonly probes: number;
  readonly metrics: number;
}

export interface RunningGateway {
  readonly ports: GatewayPorts;
  /** Drains, then stops everything. */
  readonly stop: () => Promise<void>;
}

const MAX_CALLS_PER_POD = 512;
const REQUESTS_PER_MINUTE_OF_ADDRESS = 12_000;
const CONNECTIONS_PER_MINUTE = 1_200;
const UPSTREAM_CALLS_PER_MINUTE = 6_000;

/**
 * Starts the gateway. Probes and metrics are served at once, the proxy, the API and the canary as soon as there is a
 * certificate. Rejects where the audit cannot be written.
 */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { configuration, client, log, clock, registry } = options;
  const stopping = new AbortController();
  const state = { isDraining: false, isClosed: false };
  const audit = await openAudit(options);
  const knowledge = await learn(options);
  const { facts, pods, identities } = knowledge;
  const certificate = followCertificate(
    { folder: configuration.certificateFolder, log, clock },
    stopping.signal,
  );
  const metrics = createGatewayMetrics(registry);
  collectDefaultMetrics({ register: registry });
  registerCacheMetrics(registry, [facts.watched, pods.watched, identities.watched], () => clock.now());
  const probes = createProbeServer({
    checks: checksOf(knowledge, certificate, audit),
    isDraining: () => state.isDraining,
    monotonicNow: () => performance.now(),
    facts: { [AUDIT_HEADS.path]: () => audit.head() },
  });
  const metricsServer = createMetricsServer(registry);
  const credentials =
    options.credentials ?? (await openCredentials({ ...options, identities, metrics: metrics.credentials }));
  const services = createServices(options, { knowledge, audit, metrics, isDraining: () => state.isClosed });
  const listening = await listenAll(configuration, probes, metricsServer);
  const servers = createServers(options, {
    knowledge,
    services,
    credentials,
    metrics,
    certificate: await certificate.first,
  });
  certificate.serve((next) => servers.api.useCertificate(next));
  const open = await servers.listen();
  log.info({ ...open }, 'the gateway listens');
  return {
    ports: { ...open, probes: listening[0], metrics: listening[1] },
    stop: async () => {
      state.isDraining = true;
      const draining = { servers, openCalls: services.openCalls, log, clock };
      await drainGateway(draining, configuration.drainMilliseconds, () => (state.isClosed = true));
      stopping.abort();
      await servers.endOutside();
      await Promise.all([credentials.close(), knowledge.stop(), closeNow(probes), closeNow(metricsServer)]);
      await audit.stop();
      await client.close();
    },
  };
}

async function listenAll(
  { ports, address }: GatewayConfiguration,
  probes: Server,
  metrics: Server,
): Promise<readonly [number, number]> {
  return Promise.all([listenOn(probes, ports.probes, address), listenOn(metrics, ports.metrics, address)]);
}

function openAudit({ configuration, log, clock, createAuditFile }: GatewayOptions): Promise<AuditLog> {
  const { tenant, audit } = configuration;
  const { replica, folder, keyFolder, standardOutput, retentionDays } = audit;
  const stream = standardOutput === 'On' ? process.stdout : null;
  return openAuditLog({
    tenant,
    replica,
    folder,
    stream,
    keyFolder,
    retentionDays,
    log,
    now: () => clock.now(),
    createFile: createAuditFile,
  });
}

interface Parts {
  readonly knowledge: Knowledge;
  readonly audit: AuditLog;
  readonly metrics: GatewayMetrics;
  readonly isDraining: () => boolean;
}

function createServices(
  { configuration, log, clock, registry }: GatewayOptions,
  { knowledge: { identities }, audit, metrics, isDraining }: Parts,
): PipelineServices {
  const openCalls = createOpenCalls({ identities, maxCallsPerPod: MAX_CALLS_PER_POD });
  identities.onChange((podUIDs) => {
    const started = performance.now();
    openCalls.review(podUIDs);
    metrics.reviewed((performance.now() - started) / 1_000);
  });
  const limits = createCallLimits({
    tenant: () => identities.tenant()?.limits ?? null,
    replicas: configuration.replicas,
    requestsPerMinuteOfAddress: REQUESTS_PER_MINUTE_OF_ADDRESS,
    connectionsPerMinute: CONNECTIONS_PER_MINUTE,
    upstreamCallsPerMinute: UPSTREAM_CALLS_PER_MINUTE,
    monotonicNow: () => performance.now(),
    now: () => clock.now(),
  });
  registerGauge(registry, {
    name: 'cloister_gateway_limit_keys',
    help: 'Addresses, sandboxes and tools whose use is remembered, by kind.',
    label: 'kind',
    read: limits.sizes,
  });
  return { identities, limits, audit, openCalls, isDraining, log, onEnd: metrics.call };
}

function checksOf(
  { facts, pods, identities }: Knowledge,
  certificate: FollowedCertificate,
  audit: AuditLog,
): readonly ReadinessCheck[] {
  const factsProblem = (): string | null => {
    const [problem] = [facts.current(), facts.cluster()].flatMap((one) =>
      'problem' in one ? one.problem : [],
    );
    return problem ?? null;
  };
  return [
    { name: 'facts', problem: factsProblem },
    { name: 'pods', problem: pods.problem },
    { name: 'identities', problem: identities.problem },
    { name: 'certificate', problem: certificate.problem },
    { name: 'audit', problem: () => audit.problem() },
  ];
}
