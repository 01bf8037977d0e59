import type { Server as HttpServer } from 'node:http';
import type { Server, Socket } from 'node:net';
import {
  createHttpsServer,
  type HttpsServer,
  type HttpsServerOptions,
  type ServingCertificate,
} from '../serve/https-server.ts';
import type { ServerLimits } from '../serve/limits.ts';
import { listenOn } from '../serve/listen.ts';
import { createLoad } from '../serve/load.ts';
import { answerUnreadable } from './answer-unreadable.ts';
import { type ApiOptions, createApiListener } from './api-listener.ts';
import { createCanary } from './canary.ts';
import { type AddressLimits, type ConnectionLimiter, createConnectionLimiter } from './connection-limiter.ts';
import { createTunnelClock } from './egress/tunnel-clock.ts';
import type { GatewayMetrics, GatewayServer } from './gateway-metrics.ts';
import type { Knowledge } from './knowledge.ts';
import { createResponseRoom, type ByteRoomOptions } from './limits/byte-room.ts';
import type { OpenCredentials } from './open-credentials.ts';
import type { PipelineServices } from './pipeline/call.ts';
import { createOutside, type Outside } from './create-outside.ts';
import { createProxyServer, type ProxyLimits } from './proxy/proxy-server.ts';
import type { GatewayOptions, GatewayPorts } from './start-gateway.ts';
import { MAX_KEPT_MILLISECONDS, mayUpgrade } from './upstreams/handle-upstream-request.ts';

/** Sized for a container of 256 MiB. */
const API_LIMITS: ServerLimits = Object.freeze({
  headersMilliseconds: 5_000,
  deadlineMilliseconds: 5_000,
  // Whatever reads a body has a limit of its own: an upload to an upstream may last.
  requestMilliseconds: 0,
  idleMilliseconds: 60_000,
  maxConnections: 1_024,
  maxRequestsPerConnection: 10_000,
  maxBodyBytes: 256 * 1024,
  maxRequestsInFlight: 256,
  maxBufferedBytes: 16 * 1024 * 1024,
});

/** Long enough for 32 MiB at 1 MiB a second. */
const MAX_UNREAD_MILLISECONDS = 32_000;

/** For a container of 512 MiB: what is being read or written is there several times. */
const RESPONSE_LIMITS: ByteRoomOptions = Object.freeze({
  maxBytes: 64 * 1024 * 1024,
  maxBytesPerPod: 32 * 1024 * 1024,
});

const PROXY_LIMITS: ProxyLimits = Object.freeze({
  maxConnections: 8_192,
  maxHeaderBytes: 16 * 1024,
  headersMilliseconds: 5_000,
});

/** A start gate tries the canary four times a second until it passes. */
const CANARY_ADDRESS_LIMITS: AddressLimits = Object.freeze({
  maxConnections: 8,
  connectionsPerSecond: 5,
  maxBurst: 20,
  maxConnectionMilliseconds: 10_000,
  maxAddresses: 4_096,
});

/** One request a connection, or many of one agent that was identified. */
const API_ADDRESS_LIMITS: AddressLimits = Object.freeze({
  maxConnections: 24,
  connectionsPerSecond: 10,
  maxBurst: 30,
  maxConnectionMilliseconds: 10_000,
  maxAddresses: 4_096,
});

/** An agent opens a connection to the proxy for each tunnel. */
const PROXY_ADDRESS_LIMITS: AddressLimits = Object.freeze({
  maxConnections: 1_024,
  connectionsPerSecond: 50,
  maxBurst: 500,
  maxConnectionMilliseconds: 30_000,
  maxAddresses: 4_096,
});

const TUNNEL_CLOCK = { monotonicNow: () => performance.now(), intervalMilliseconds: 1_000 } as const;

export interface GatewayServers {
  readonly proxy: HttpServer;
  readonly api: HttpsServer;
  readonly canary: Server;
  /** Ends connections to upstreams and sessions of databases that nobody uses. Never rejects. */
  readonly endOutside: () => Promise<void>;
  /** Resolves to the ports. */
  readonly listen: () => Promise<Pick<GatewayPorts, 'proxy' | 'api' | 'canary'>>;
}

export interface ServerParts {
  readonly knowledge: Knowledge;
  readonly services: PipelineServices;
  readonly credentials: OpenCredentials;
  readonly metrics: GatewayMetrics;
  readonly certificate: ServingCertificate;
}

export function createServers(options: GatewayOptions, parts: ServerParts): GatewayServers {
  const { configuration } = options;
  const { ports, address } = configuration;
  const { metrics } = parts;
  const limiter = (server: GatewayServer, limits: AddressLimits): ConnectionLimiter =>
    createConnectionLimiter({
      limits,
      monotonicNow: () => performance.now(),
      onRefused: () => metrics.refused(server),
    });
  const { maxConnections } = API_LIMITS;
  const canary = createCanary({ maxConnections, admit: limiter('canary', CANARY_ADDRESS_LIMITS).admit });
  let canaryPort = ports.canary;
  const apiLimiter = limiter('api', API_ADDRESS_LIMITS);
  const outside = createOutside(options, parts);
  const api = createHttpsServer(
    apiServerOptions(options, parts, apiLimiter),
    createApiListener(
      apiOptions(options, parts, { ...outside, limiter: apiLimiter, canaryPort: () => canaryPort }),
    ),
  );
  const proxy = openProxy(parts, outside, limiter('proxy', PROXY_ADDRESS_LIMITS));
  return {
    proxy,
    api,
    canary,
    endOutside: async () => {
      outside.upstreams.stop();
      await outside.sql.close();
    },
    listen: async () => {
      canaryPort = await listenOn(canary, ports.canary, address);
      const proxyPort = await listenOn(proxy, ports.proxy, address);
      return { proxy: proxyPort, api: await api.listen(ports.api, address), canary: canaryPort };
    },
  };
}

function openProxy(
  { services, metrics }: ServerParts,
  { world }: Outside,
  limiter: ConnectionLimiter,
): HttpServer {
  return createProxyServer({
    services,
    tunnels: {
      ...world,
      clock: createTunnelClock(TUNNEL_CLOCK),
      onTunnel: (client) => {
        // The destination in the role says how long it may last.
        limiter.keep(client, null);
        return metrics.tunnel();
      },
    },
    limits: PROXY_LIMITS,
    admit: limiter.admit,
  });
}

function apiServerOptions(
  { log }: GatewayOptions,
  { certificate, services }: ServerParts,
  { admit }: ConnectionLimiter,
): HttpsServerOptions {
  const onUnreadable = (client: Socket): void => void answerUnreadable(client, services);
  return { certificate, limits: API_LIMITS, log, admit, onUnreadable, mayUpgrade };
}

interface ApiParts extends Outside {
  readonly limiter: ConnectionLimiter;
  readonly canaryPort: () => number;
}

function apiOptions(
  { log }: GatewayOptions,
  { knowledge: { facts, pods }, services, credentials, metrics }: ServerParts,
  { world, upstreams, sql, limiter, canaryPort }: ApiParts,
): ApiOptions {
  return {
    gate: { facts, pods, canaryPort, log, onResult: metrics.answered },
    tools: {
      services,
      fetching: world,
      sql,
      credentials,
      limits: { ...API_LIMITS, unreadMilliseconds: MAX_UNREAD_MILLISECONDS },
      room: createResponseRoom(RESPONSE_LIMITS),
      load: createLoad(API_LIMITS),
      keep: (connection) => limiter.keep(connection, MAX_KEPT_MILLISECONDS),
      onProblem: metrics.answered,
    },
    upstreams: { ...upstreams, services, keep: limiter.keep, onProblem: metrics.answered },
  };
}
