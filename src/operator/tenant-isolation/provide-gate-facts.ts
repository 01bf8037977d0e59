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
import type { TenantContext } from './tenant-context.ts';

/** A tenant whose gateway is told. */
export interface GateFactsTask {
  readonly tenant: Pick<TenantIsolation, 'metadata'>;
  /** The enrolled namespaces. */
  readonly namespaces: readonly string[];
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
  const { tenant, namespaces, context, attempts } = task;
  const name = tenant.metadata.name;
  let problem: string | null = null;
  const read = await attempts.attempt(() =>
    context.gateTargets.read().catch((error: unknown) => {
      problem = endSentence(`The targets of the start gates are not known: ${errorMessage(error)}`);
      throw error;
    }),
  );
  const cluster = await findCluster(task);
  problem ??= cluster.problem;
  const targets = read ?? toldTargets(name, context.caches);
  if (targets === null) return problem;
  const facts: GateFacts = {
    format: GATE_FACTS.format,
    tenant: name,
    namespaces: [...namespaces].sort(),
    nodePorts: context.configuration.gate.nodePorts,
    targets,
  };
  await apply(gateConfigMap(facts, cluster.facts));
  return problem;
}

interface FoundCluster {
  /** Null where not everything is known: the gateway then connects to nothing. */
  readonly facts: ClusterFacts | null;
  readonly problem: string | null;
}

/** Where Services cannot be read, their blocks stay as they were told last. Nodes are always told as they are. */
async function findCluster({ tenant, context, attempts }: GateFactsTask): Promise<FoundCluster> {
  const { caches, serviceBlocks } = context;
  const { format, maxBlocks } = CLUSTER_FACTS;
  let problem: string | null = null;
  const services = await attempts.attempt(() =>
    serviceBlocks.read().catch((error: unknown) => {
      problem = endSentence(`The addresses of Services are not known: ${errorMessage(error)}`);
      throw error;
    }),
  );
  const known = services ?? toldBlocks(tenant.metadata.name, caches);
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

/** What the gateway was told last; null where there is nothing that it would read. */
function toldTargets(
  tenant: string,
  { configMaps }: Pick<OperatorCaches, 'configMaps'>,
): readonly GateTarget[] | null {
  const text = configMaps.get(systemNamespaceOf(tenant), GATE_FACTS.configMap)?.data?.[GATE_FACTS.key];
  const told = parseGateFacts(text, tenant);
  return 'facts' in told ? told.facts.targets : null;
}

/** The blocks that the gateway was told last; null where there is nothing that it would read. */
function toldBlocks(
  tenant: string,
  { configMaps }: Pick<OperatorCaches, 'configMaps'>,
): readonly string[] | null {
  const configMap = configMaps.get(systemNamespaceOf(tenant), GATE_FACTS.configMap);
  const told = parseClusterFacts(configMap?.data?.[CLUSTER_FACTS.key]);
  return 'facts' in told ? told.facts.blocks : null;
}
