import { vaultHostOf } from '../policy/upstreams/reserved-service.ts';
import type { ServerParts } from './create-servers.ts';
import { createDecideAddresses, createDecideServiceAddresses } from './denied-addresses.ts';
import type { DecideAddresses } from './egress/connect-to.ts';
import type { ExchangeWorld } from './egress/fetch-exchange.ts';
import { createSqlWorld, type OpenSqlWorld } from './sql/create-sql-world.ts';
import type { GatewayOptions } from './start-gateway.ts';
import { createUpstreams, type Upstreams } from './upstreams/create-upstreams.ts';

/** What the gateway reaches outside for agents. */
export interface Outside {
  readonly world: ExchangeWorld;
  readonly upstreams: Upstreams;
  readonly sql: OpenSqlWorld;
}

/** Nothing is connected to before an agent asks for it. */
export function createOutside(options: GatewayOptions, parts: ServerParts): Outside {
  const world = createWorld(options, parts);
  const decideServiceAddresses = decideServices(options, parts);
  const sql = createSqlWorld({
    logins: parts.credentials.databaseLogins,
    tenant: parts.knowledge.identities.tenant,
    network: options.network,
    decideAddresses: decideServiceAddresses,
    clock: options.clock,
  });
  return { world, upstreams: openUpstreams(options, parts, { ...world, decideServiceAddresses }), sql };
}

function createWorld(
  { network, secureContext, configuration }: GatewayOptions,
  { knowledge: { facts, pods } }: ServerParts,
): ExchangeWorld {
  const blocks = configuration.deniedAddresses;
  const decideAddresses = createDecideAddresses({
    facts: facts.current,
    cluster: facts.cluster,
    pods,
    blocks,
  });
  return { network, decideAddresses, ...(secureContext === undefined ? {} : { secureContext }) };
}

function decideServices(
  { configuration }: GatewayOptions,
  { knowledge: { facts, pods } }: ServerParts,
): DecideAddresses {
  const blocks = configuration.deniedAddresses;
  return createDecideServiceAddresses({ facts: facts.current, services: facts.services, pods, blocks });
}

function openUpstreams(
  { network, secureContext, configuration, clock }: GatewayOptions,
  { knowledge: { facts }, services: { audit }, credentials }: ServerParts,
  {
    decideAddresses,
    decideServiceAddresses,
  }: ExchangeWorld & { readonly decideServiceAddresses: DecideAddresses },
): Upstreams {
  return createUpstreams({
    network,
    secureContext,
    decideAddresses,
    decideServiceAddresses,
    services: facts.services,
    vaultHost: vaultHostOf(configuration.vault?.address ?? null),
    credentials,
    audit,
    now: () => clock.now(),
  });
}
