import type { SecureContext } from 'node:tls';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { Credentials } from '../../credentials/credentials.ts';
import { createLoad } from '../../serve/load.ts';
import type { DecideAddresses } from '../egress/connect-to.ts';
import type { Network } from '../egress/network.ts';
import type { FollowedFacts } from '../followed-facts.ts';
import { type ByteRoomOptions, createRequestRoom, createResponseRoom } from '../limits/byte-room.ts';
import { createClientCertificates } from './client-certificate.ts';
import { createUpstreamConnections } from './connections.ts';
import { createDestinations } from './destinations.ts';
import type { UpstreamHandlerOptions } from './handle-upstream-request.ts';
import type { BodyLimits } from './read-model-body.ts';
import { createTrust } from './trusted-authorities.ts';

const MIB = 1_024 * 1_024;

/** For bodies that are read as a whole. */
const BODY_LIMITS: BodyLimits = Object.freeze({ maxBodyBytes: 4 * MIB, deadlineMilliseconds: 30_000 });

/** For bodies of requests, and the same again for what is read of responses. An agent sends more of them than one by one. */
const ROOM: ByteRoomOptions = Object.freeze({ maxBytes: 32 * MIB, maxBytesPerPod: 8 * MIB });

/** Of all requests. One address has no more than it has connections. */
const LOAD = Object.freeze({ maxRequestsInFlight: 512, maxBufferedBytes: 0 });

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
      readCertificate: createClientCertificates(),
      audit: parts.audit,
      bodyLimits: BODY_LIMITS,
      requestRoom: createRequestRoom(ROOM),
      usageRoom: createResponseRoom(ROOM),
      now,
    },
    load: createLoad(LOAD),
    stop: connections.stop,
  };
}
