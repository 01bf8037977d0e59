import type { AgentRole } from '../../api/agent-role.ts';
import { endSentence } from '../../lib/end-sentence.ts';
import { errorMessage } from '../../lib/error-message.ts';
import { type IPBlock, parseIPBlocks } from '../../lib/ip-block.ts';
import { listFirst } from '../../lib/list-first.ts';
import { SERVICE_FACTS, type ServiceFacts } from '../../policy/gate/service-facts.ts';
import { vaultHostOf } from '../../policy/upstreams/reserved-service.ts';
import type { ServiceReach } from '../../render/tenant/service-egress.ts';
import { deniedServiceBlocks, knownVaultAddresses, type ServiceCaches } from './denied-service-blocks.ts';
import { findService, type NamedService, namedServices } from './find-service.ts';
import type { TenantContext } from './tenant-context.ts';
import type { TenantStatusPart } from './tenant-status.ts';

/** What a tenant's gateway is told of the Services that its roles name, and what its policy opens. */
export interface ProvidedServices {
  /** How many its roles name. */
  readonly count: number;
  /** Null where there is nothing to tell: the gateway then connects to no Service. */
  readonly facts: ServiceFacts | null;
  readonly reaches: readonly ServiceReach[];
  /** Why some cannot be used. */
  readonly problems: readonly string[];
  /** When it is to be looked at again though no event says so, in milliseconds since 1970. */
  readonly nextTime: number;
}

export type ServicesContext = Pick<TenantContext, 'clock' | 'hostAddresses'> & {
  readonly configuration: Pick<TenantContext['configuration'], 'gateway'>;
  readonly caches: ServiceCaches;
};

/** The address that a name has changes without an event. */
const RESOLVE_MILLISECONDS = 60_000;
/** Where it could not be resolved. */
const RETRY_MILLISECONDS = 5_000;

export const NO_SERVICES: ProvidedServices = {
  count: 0,
  facts: null,
  reaches: [],
  problems: [],
  nextTime: Infinity,
};

/** Finds the Services that the roles of a tenant name. Does not throw: where it is not known where none may be, none is used. */
export async function provideServices(
  roles: readonly Pick<AgentRole['spec'], 'upstreams'>[],
  context: ServicesContext,
): Promise<ProvidedServices> {
  const named = namedServices(roles);
  if (named.length === 0) return NO_SERVICES;
  const none = (problem: string, nextTime: number): ProvidedServices => {
    return { ...NO_SERVICES, count: named.length, problems: [problem], nextTime };
  };
  const now = context.clock.now();
  const vaultHost = vaultHostOf(context.configuration.gateway?.vault?.address ?? null);
  const vault = await findVault(vaultHost, context);
  if ('problem' in vault) return none(vault.problem, now + RETRY_MILLISECONDS);
  const nextTime = vault.isResolved ? now + RESOLVE_MILLISECONDS : Infinity;
  const denied = deniedServiceBlocks(context.caches, vault.addresses);
  if (denied.length > SERVICE_FACTS.maxDenied) {
    const { maxDenied } = SERVICE_FACTS;
    const blocks = `are in ${denied.length} blocks of addresses; a gateway can be told ${maxDenied}`;
    return none(`all are refused: the nodes, Vault and Cloister ${blocks}`, nextTime);
  }
  return { ...decide(named, { context, vaultHost, denied }), nextTime };
}

type FoundVault =
  | { readonly addresses: readonly string[]; readonly isResolved: boolean }
  | { readonly problem: string };

async function findVault(host: string | null, context: ServicesContext): Promise<FoundVault> {
  const known = host === null ? [] : knownVaultAddresses(host, context.caches);
  if (known !== null || host === null) return { addresses: known ?? [], isResolved: false };
  try {
    return { addresses: await context.hostAddresses.resolve(host), isResolved: true };
  } catch (error) {
    return { problem: `all are refused: it is not known where Vault is (${errorMessage(error)})` };
  }
}

interface Found {
  readonly context: ServicesContext;
  readonly vaultHost: string | null;
  readonly denied: readonly string[];
}

function decide(
  named: readonly NamedService[],
  { context, vaultHost, denied }: Found,
): Omit<ProvidedServices, 'nextTime'> {
  const { clusterServices, endpointSlices } = context.caches;
  const deniedAddresses = context.configuration.gateway?.deniedAddresses ?? [];
  const block: IPBlock | null = parseIPBlocks([...deniedAddresses, ...denied]);
  if (block === null) throw new Error('a block of addresses cannot be read');
  const { format, maxServices } = SERVICE_FACTS;
  const found = named.slice(0, maxServices).map((one) =>
    findService(one, {
      service: clusterServices.get,
      slices: (namespace, name) => endpointSlices.byIndex('service', `${namespace}/${name}`),
      isServiceAddress: (address) => clusterServices.byIndex('address', address).length > 0,
      denied: [block],
      vaultHost,
    }),
  );
  const usable = found.filter((one) => 'fact' in one);
  const problems = found.flatMap((one) => ('problem' in one ? [one.problem] : []));
  const beyond = named
    .slice(maxServices)
    .map(({ namespace, name }) => `${namespace}/${name} is one of more than ${maxServices}`);
  return {
    count: named.length,
    facts: { format, denied, services: usable.map(({ fact }) => fact) },
    reaches: usable.map(({ reach }) => reach),
    problems: [...problems, ...beyond],
  };
}

const MAX_LISTED = 16;

/** Returns the condition `ServicesFound` of a tenant. */
export function servicesReport({
  count,
  problems,
}: Pick<ProvidedServices, 'count' | 'problems'>): TenantStatusPart {
  const state =
    problems.length > 0
      ? {
          status: 'False' as const,
          reason: 'NotUsable',
          message: endSentence(
            `Calls to upstreams at these Services are denied: ${listFirst([...problems], MAX_LISTED)}`,
          ),
        }
      : {
          status: 'True' as const,
          reason: 'Found',
          message:
            count === 0
              ? 'The allowed roles name no Services.'
              : `Services that the allowed roles name: ${count} of ${count} found.`,
        };
  return { conditions: [{ type: 'ServicesFound', ...state }] };
}
