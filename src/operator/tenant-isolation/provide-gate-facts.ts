import { systemNamespaceOf } from '../../api/names.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { endSentence } from '../../lib/end-sentence.ts';
import { errorMessage } from '../../lib/error-message.ts';
import type { GateTarget } from '../../lib/gate-protocol.ts';
import { GATE_FACTS, type GateFacts } from '../../policy/gate/gate-facts.ts';
import { parseGateFacts } from '../../policy/gate/parse-gate-facts.ts';
import { gateConfigMap } from '../../render/tenant/gate-config-map.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import type { ApplyRendered } from './apply-rendered.ts';
import type { Attempts } from './attempts.ts';
import type { TenantContext } from './tenant-context.ts';

/** A tenant whose gateway is told. */
export interface GateFactsTask {
  readonly tenant: Pick<TenantIsolation, 'metadata'>;
  /** The enrolled namespaces. */
  readonly namespaces: readonly string[];
  readonly context: Pick<TenantContext, 'gateTargets' | 'configuration'> & {
    readonly caches: Pick<OperatorCaches, 'configMaps'>;
  };
  readonly attempts: Attempts;
}

/**
 * Tells the gateway whose pods may ask, and what their start gates must try. Returns why that is not known, and null where it is: it
 * stays as it was told last then, while the namespaces follow the tenant.
 */
export async function provideGateFacts(
  { tenant, namespaces, context, attempts }: GateFactsTask,
  apply: ApplyRendered,
): Promise<string | null> {
  const name = tenant.metadata.name;
  let problem: string | null = null;
  const read = await attempts.attempt(() =>
    context.gateTargets.read().catch((error: unknown) => {
      problem = endSentence(`The targets of the start gates are not known: ${errorMessage(error)}`);
      throw error;
    }),
  );
  const targets = read ?? toldTargets(name, context.caches);
  if (targets === null) return problem;
  const facts: GateFacts = {
    format: GATE_FACTS.format,
    tenant: name,
    namespaces: [...namespaces].sort(),
    nodePorts: context.configuration.gate.nodePorts,
    targets,
  };
  await apply(gateConfigMap(facts));
  return problem;
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
