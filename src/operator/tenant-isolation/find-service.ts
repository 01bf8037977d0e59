import type { AgentRole } from '../../api/agent-role.ts';
import { canonicalAddress } from '../../lib/ip-address.ts';
import type { IPBlock } from '../../lib/ip-block.ts';
import { decideServiceAddresses } from '../../policy/egress/decide-service-addresses.ts';
import { SERVICE_FACTS, type ServiceFact } from '../../policy/gate/service-facts.ts';
import { whyReserved } from '../../policy/upstreams/reserved-service.ts';
import type { ServiceReach } from '../../render/tenant/service-egress.ts';
import type { ObservedClusterService, ObservedEndpointSlice } from '../observed-objects.ts';

/** A port of a Service that roles name as where an upstream is. */
export type NamedService = Pick<ServiceFact, 'namespace' | 'name' | 'port'>;

/** What the cluster says of a Service, and where none may be. */
export interface ServiceSurroundings {
  readonly service: (namespace: string, name: string) => ObservedClusterService | undefined;
  readonly slices: (namespace: string, name: string) => readonly ObservedEndpointSlice[];
  /** Whether it is the address of a Service itself, which leads on to where nobody decides. */
  readonly isServiceAddress: (address: string) => boolean;
  readonly denied: readonly IPBlock[];
  /** Null where there is no Vault. */
  readonly vaultHost: string | null;
}

/** Where a gateway may connect to and what its policy opens, or why it may not: a clause that begins with the Service. */
export type FoundService =
  | { readonly fact: ServiceFact; readonly reach: ServiceReach }
  | { readonly problem: string };

/** The Services that roles name, each once, in an order of its own. */
export function namedServices(roles: readonly Pick<AgentRole['spec'], 'upstreams'>[]): NamedService[] {
  const all = roles.flatMap(({ upstreams }) => (upstreams ?? []).map((one) => one.destination?.service));
  const named = new Map<string, NamedService>();
  for (const one of all) if (one !== undefined) named.set(`${one.namespace}/${one.name} ${one.port}`, one);
  return [...named].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, one]) => one);
}

/** Finds the endpoints of a Service that are ready. One that is refused refuses all: which is dialled must not matter. */
export function findService(wanted: NamedService, around: ServiceSurroundings): FoundService {
  const { namespace, name, port } = wanted;
  const problem = (what: string): FoundService => ({ problem: `${namespace}/${name} ${what}` });
  const reserved = whyReserved(wanted, around.vaultHost);
  if (reserved !== null) return problem(`is refused: ${reserved}`);
  const service = around.service(namespace, name);
  if (service === undefined) return problem('does not exist');
  const ofPort = service.spec?.ports?.find((one) => one.port === port);
  if (ofPort === undefined || (ofPort.protocol ?? 'TCP') !== 'TCP') {
    return problem(`has no TCP port ${port}`);
  }
  const endpoints = readyEndpoints(around.slices(namespace, name), ofPort.name ?? '');
  if (endpoints === null) return problem(`has no endpoint that is ready on port ${port}`);
  const { targetPort, addresses: all } = endpoints;
  const refused = all.find(
    (one) => around.isServiceAddress(one) || decideServiceAddresses([one], around.denied).effect === 'Deny',
  );
  if (refused !== undefined) return problem(`is refused: no agent may reach its endpoint ${refused}`);
  const addresses = all.slice(0, SERVICE_FACTS.maxAddresses);
  const selector = service.spec?.selector ?? {};
  return {
    fact: { namespace, name, port, targetPort, addresses },
    reach: {
      namespace,
      selector: Object.keys(selector).length === 0 ? null : selector,
      targetPort,
      addresses,
    },
  };
}

interface ReadyEndpoints {
  readonly targetPort: number;
  readonly addresses: readonly string[];
}

/**
 * Pods may have different ports behind a name while a workload is rolled out. The gateway is told one: that of the most
 * endpoints. Null where none is ready.
 */
function readyEndpoints(slices: readonly ObservedEndpointSlice[], portName: string): ReadyEndpoints | null {
  const byPort = new Map<number, Set<string>>();
  for (const { endpoints, ports } of slices) {
    const found = (ports ?? []).find(
      (one) => (one.name ?? '') === portName && (one.protocol ?? 'TCP') === 'TCP',
    );
    const number = found?.port ?? null;
    if (number === null) continue;
    const ready = (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false);
    const known = byPort.get(number) ?? new Set();
    for (const { addresses = [] } of ready) {
      // What is no address is no destination, and nothing else can be decided about it.
      for (const address of addresses) known.add(canonicalAddress(address) ?? address);
    }
    if (known.size > 0) byPort.set(number, known);
  }
  const [most] = [...byPort].sort(
    ([left, ofLeft], [right, ofRight]) => ofRight.size - ofLeft.size || left - right,
  );
  return most === undefined ? null : { targetPort: most[0], addresses: [...most[1]].sort() };
}
