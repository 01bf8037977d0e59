import type { SecureContext } from 'node:tls';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { Credentials } from '../../credentials/credentials.ts';
import type { ServerLimits } from '../../serve/limits.ts';
import { createLoad } from '../../serve/load.ts';
import type { DecideAddresses } from '../egress/connect-to.ts';
import type { Network } from '../egress/network.ts';
import type { FollowedFacts } from '../followed-facts.ts';
import { createUpstreamConnections } from './connections.ts';
import { createDestinations } from './destinations.ts';
import type { UpstreamHandlerOptions } from './handle-upstream-request.ts';
import { createTrust } from './trusted-authorities.ts';

/** For bodies that are read as a whole, and for all requests together. */
export const UPSTREAM_LIMITS: Pick<
  ServerLimits,
  'maxBodyBytes' | 'deadlineMilliseconds' | 'maxRequestsInFlight' | 'maxBufferedBytes'
> = Object.freeze({
  maxBodyBytes: 4 * 1_024 * 1_024,
  deadlineMilliseconds: 30_000,
  maxRequestsInFlight: 512,
  maxBufferedBytes: 16 * 1_024 * 1_024,
});

export interface UpstreamParts {
  readonly network: Network;
  /** Whose certificates are trusted where an upstream names nobody's. Those that Node trusts where it is not set. */
  readonly secureContext: SecureContext | undefined;
  readonly decideAddresses: DecideAddresses;
  readonly decideServiceAddresses: DecideAddresses;
  readonly services: FollowedFacts['services'];
  /** Of the address of Vault; null where there is none. */
  readonly vaultHost: string | null;
  readonly credentials: Pick<Credentials, 'get'>;
  readonly audit: AuditLog;
  readonly now: () => number;
}

/** What serves requests for upstreams, and what ends their connections. */
export interface Upstreams extends Pick<UpstreamHandlerOptions, 'upstreams' | 'load'> {
  readonly stop: () => void;
}

export function createUpstreams(parts: UpstreamParts): Upstreams {
  const { network, decideAddresses, decideServiceAddresses, services, vaultHost, credentials, now } = parts;
  const connections = createUpstreamConnections(network);
  const destinations = createDestinations({
    network,
    decideAddresses,
    decideServiceAddresses,
    vaultHost,
    service: ({ namespace, name, port }) => {
      const told = services();
      if ('problem' in told) return undefined;
      return told.facts.services.find(
        (one) => one.namespace === namespace && one.name === name && one.port === port,
      );
    },
    monotonicNow: () => performance.now(),
  });
  return {
    upstreams: {
      connections,
      destinations,
      trust: createTrust(parts.secureContext),
      credentials,
      audit: parts.audit,
      bodyLimits: UPSTREAM_LIMITS,
      now,
    },
    load: createLoad(UPSTREAM_LIMITS),
    stop: connections.stop,
  };
}
