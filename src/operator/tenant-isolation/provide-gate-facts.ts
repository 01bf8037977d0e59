import { systemNamespaceOf } from '../../api/names.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { endSentence } from '../../lib/end-sentence.ts';
import { errorMessage } from '../../lib/error-message.ts';
import type { GateTarget } from '../../lib/gate-protocol.ts';
import { CLUSTER_FACTS, type ClusterFacts, parseClusterFacts } from '../../policy/gate/cluster-facts.ts';
import { GATE_FACTS, type GateFacts } from '../../policy/gate/gate-facts.ts';
import { parseGateFacts } from '../../policy/gate/parse-gate-facts.ts';
import { gateConfigMap } from '../../render/tenant/gate-config-map.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import type { ApplyRendered } from './apply-rendered.ts';
import type { Attempts } from './attempts.ts';
import { nodeBlocks, publicBlocks } from './cluster-blocks.ts';
import type { ProvidedServices } from './provide-services.ts';
import type { TenantContext } from './tenant-context.ts';

/** A tenant whose gateway is told. */
export interface GateFactsTask {
  readonly tenant: Pick<TenantIsolation, 'metadata'>;
  /** The enrolled namespaces. */
  readonly namespaces: readonly string[];
  /** Where the Services are that its roles name. */
  readonly services: Pick<ProvidedServices, 'facts'>;
  readonly context: Pick<TenantContext, 'gateTargets' | 'serviceBlocks' | 'configuration'> & {
    readonly caches: Pick<OperatorCaches, 'configMaps' | 'nodes'>;
  };
  readonly attempts: Attempts;
}

/**
 * Tells the gateway whose pods may ask, what their start gates must try, and which addresses are the cluster's own. Returns why
 * one of these is not known, and null where all are. The targets stay as they were told last then, while the namespaces follow
 * the tenant.
 */
export async function provideGateFacts(task: GateFactsTask, apply: ApplyRendered): Promise<string | null> {
  const { tenant, namespaces, services, context, attempts } = task;
  const name = tenant.metadata.name;
  const told = context.caches.configMaps.get(systemNamespaceOf(name), GATE_FACTS.configMap)?.data ?? {};
  const found = await readPart(attempts, 'The targets of the start gates', context.gateTargets.read);
  const cluster = await findCluster(task, told);
  const problem = found.problem ?? cluster.problem;
  const targets = found.value ?? toldTargets(name, told);
  if (targets === null) return problem;
  const facts: GateFacts = {
    format: GATE_FACTS.format,
    tenant: name,
    namespaces: [...namespaces].sort(),
    nodePorts: context.configuration.gate.nodePorts,
    targets,
  };
  await apply(gateConfigMap(facts, cluster.facts, services.facts));
  return problem;
}

interface ReadPart<T> {
  /** Undefined where it could not be read. */
  readonly value: T | undefined;
  readonly problem: string | null;
}

/** Reads what is told, as a part of a reconciliation that keeps no other from being tried. */
async function readPart<T>(
  { attempt }: Attempts,
  what: string,
  read: () => Promise<T>,
): Promise<ReadPart<T>> {
  let problem: string | null = null;
  const value = await attempt(() =>
    read().catch((error: unknown) => {
      problem = endSentence(`${what} are not known: ${errorMessage(error)}`);
      throw error;
    }),
  );
  return { value, problem };
}

/** What the gateway was told last, by the keys of its ConfigMap. */
type Told = Readonly<Record<string, string>>;

interface FoundCluster {
  /** Null where not everything is known: the gateway then connects to nothing. */
  readonly facts: ClusterFacts | null;
  readonly problem: string | null;
}

/** Where Services cannot be read, their blocks stay as they were told last. Nodes are always told as they are. */
async function findCluster({ context, attempts }: GateFactsTask, told: Told): Promise<FoundCluster> {
  const { caches, serviceBlocks } = context;
  const { format, maxBlocks } = CLUSTER_FACTS;
  const { value, problem } = await readPart(attempts, 'The addresses of Services', serviceBlocks.read);
  const known = value ?? toldBlocks(told);
  if (known === null) return { facts: null, problem };
  try {
    const blocks = publicBlocks([...caches.nodes.list().flatMap(nodeBlocks), ...known]);
    if (blocks.length <= maxBlocks) return { facts: { format, blocks }, problem };
    return {
      facts: null,
      problem: `The nodes, pods and Services have public addresses in ${blocks.length} blocks; a gateway can be told ${maxBlocks}. It connects to nothing until there are fewer.`,
    };
  } catch (error) {
    const message = endSentence(errorMessage(error));
    return { facts: null, problem: `The addresses of nodes and Services are not known: ${message}` };
  }
}

/** Null where there is nothing that the gateway would read. */
function toldTargets(tenant: string, told: Told): readonly GateTarget[] | null {
  const parsed = parseGateFacts(told[GATE_FACTS.key], tenant);
  return 'facts' in parsed ? parsed.facts.targets : null;
}

/** Null where there is nothing that the gateway would read. */
function toldBlocks(told: Told): readonly string[] | null {
  const parsed = parseClusterFacts(told[CLUSTER_FACTS.key]);
  return 'facts' in parsed ? parsed.facts.blocks : null;
}
