import type { ServiceFact } from '../../policy/gate/service-facts.ts';
import type { UpstreamPolicy } from '../../policy/upstreams/upstream-policy.ts';
import { checkAddresses, type DecideAddresses } from '../egress/connect-to.ts';
import type { EgressRefusal } from '../egress/egress-refusal.ts';
import type { Network } from '../egress/network.ts';
import { rememberNames } from '../egress/remember-names.ts';
import { REASONS } from '../../policy/reasons.ts';
import { whyReserved } from '../../policy/upstreams/reserved-service.ts';

/** Where an upstream may be connected to now: all of these addresses are allowed. */
export interface Destination {
  readonly addresses: readonly string[];
  readonly port: number;
}

export type FoundDestination = { readonly destination: Destination } | { readonly refusal: EgressRefusal };

/** Finds where upstreams are. */
export interface Destinations {
  readonly ofUpstream: (upstream: UpstreamPolicy, signal: AbortSignal) => Promise<FoundDestination>;
  /** Of a host to which a redirect is followed. */
  readonly ofHost: (host: string, signal: AbortSignal) => Promise<FoundDestination>;
}

/** A Service as a role names it. */
export type NamedService = Pick<ServiceFact, 'namespace' | 'name' | 'port'>;

export interface DestinationsOptions {
  readonly network: Network;
  readonly decideAddresses: DecideAddresses;
  readonly decideServiceAddresses: DecideAddresses;
  /** What the operator tells of a Service; undefined where it tells nothing. */
  readonly service: (wanted: NamedService) => ServiceFact | undefined;
  /** Of the address of Vault, which no Service may be; null where there is none. */
  readonly vaultHost: string | null;
  /** Milliseconds on a clock that never goes back. */
  readonly monotonicNow: () => number;
}

const HTTPS_PORT = 443;

export function createDestinations(options: DestinationsOptions): Destinations {
  const { decideAddresses, decideServiceAddresses, service, vaultHost } = options;
  const network = rememberNames(options);
  let turn = 0;
  const ofName = async (host: string, port: number, signal: AbortSignal): Promise<FoundDestination> => {
    const checked = await checkAddresses(network, host, decideAddresses, signal);
    return 'refusal' in checked ? checked : { destination: { addresses: checked.addresses, port } };
  };
  return {
    ofUpstream: async ({ host, port, service: wanted }, signal) => {
      if (wanted === null) return ofName(host, port, signal);
      const named = `The Service "${wanted.namespace}/${wanted.name}", port ${wanted.port},`;
      const why = whyReserved(wanted, vaultHost);
      if (why !== null) return refuse('AddressNotAllowed', `${named} is refused: ${why}.`);
      const { addresses = [], targetPort = wanted.port } = service(wanted) ?? {};
      if (addresses.length === 0) {
        return refuse('ServiceNotKnown', `${named} has no address that the gateway was told of.`);
      }
      const decision = decideServiceAddresses(addresses);
      if (decision.effect === 'Allow') {
        // The first is tried first, and nobody else spreads what is sent to a Service.
        turn = (turn + 1) % addresses.length;
        const inTurn = [...addresses.slice(turn), ...addresses.slice(0, turn)];
        return { destination: { addresses: inTurn, port: targetPort } };
      }
      return refuse(decision.reason, `${named} is refused: ${REASONS[decision.reason]}`);
    },
    ofHost: (host, signal) => ofName(host, HTTPS_PORT, signal),
  };
}

function refuse(reason: EgressRefusal['reason'], message: string): FoundDestination {
  return { refusal: { reason, message } };
}
