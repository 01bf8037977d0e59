import type { WatchedCache } from '../cluster/cache-set.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { KubeObject } from '../kube/kube-object.ts';
import { resources } from '../kube/resources.ts';
import { createWatchCache } from '../kube/watch-cache.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { CLUSTER_FACTS, type ParsedClusterFacts, parseClusterFacts } from '../policy/gate/cluster-facts.ts';
import { GATE_FACTS, type GateFacts } from '../policy/gate/gate-facts.ts';
import { type ParsedGateFacts, parseGateFacts } from '../policy/gate/parse-gate-facts.ts';
import { type ParsedServiceFacts, parseServiceFacts, SERVICE_FACTS } from '../policy/gate/service-facts.ts';
import { FRESH_WATCH, staleness } from './cache-freshness.ts';

/** What the operator tells this gateway, as it is now. */
export interface FollowedFacts {
  readonly start: () => void;
  /** The facts, or why there are none that can be used. */
  readonly current: () => ParsedGateFacts;
  /** Which addresses are the cluster's own, or why that is not known. */
  readonly cluster: () => ParsedClusterFacts;
  /** At which addresses the Services are that roles name, or why that is not known. */
  readonly services: () => ParsedServiceFacts;
  readonly watched: WatchedCache;
  readonly stop: () => Promise<void>;
}

export interface FollowedFactsOptions {
  readonly client: KubeClient;
  readonly log: Logger;
  readonly clock: Clock;
  readonly tenant: string;
  readonly namespace: string;
  /** Called for each change; null where there are no facts that can be used. */
  readonly onChange: (facts: GateFacts | null) => void;
}

type ConfigMap = KubeObject & { readonly data?: Readonly<Record<string, string>> };

/** Follows the ConfigMap `cloister-gate` in the gateway's namespace. */
export function followFacts(options: FollowedFactsOptions): FollowedFacts {
  const { client, log, clock, tenant, namespace, onChange } = options;
  const missing = {
    problem: `the ConfigMap "${GATE_FACTS.configMap}" is not in the namespace "${namespace}"`,
  };
  let parsed: ParsedGateFacts = missing;
  let cluster: ParsedClusterFacts = missing;
  let services: ParsedServiceFacts = missing;
  const cache = createWatchCache<ConfigMap>({
    ...FRESH_WATCH,
    client,
    logger: log,
    clock,
    resource: resources.configMaps,
    namespace,
    fieldSelector: `metadata.name=${GATE_FACTS.configMap}`,
    onChange: ({ type, object }) => {
      parsed = type === 'Deleted' ? missing : parseGateFacts(object.data?.[GATE_FACTS.key], tenant);
      cluster = type === 'Deleted' ? missing : parseClusterFacts(object.data?.[CLUSTER_FACTS.key]);
      services = type === 'Deleted' ? missing : parseServiceFacts(object.data?.[SERVICE_FACTS.key]);
      for (const one of [parsed, cluster, services]) {
        if ('problem' in one) log.warn({ problem: one.problem }, 'the facts cannot be used');
      }
      onChange('facts' in parsed ? parsed.facts : null);
    },
  });
  const whenFresh = <T>(read: () => T): T | { readonly problem: string } => {
    const stale = staleness(cache, clock.now());
    if (stale === null) return read();
    return { problem: `the ConfigMap "${GATE_FACTS.configMap}" is not known (${stale})` };
  };
  return {
    start: cache.start,
    current: () => whenFresh(() => parsed),
    cluster: () => whenFresh(() => cluster),
    services: () => whenFresh(() => services),
    watched: { ...cache, resource: resources.configMaps.plural },
    stop: cache.stop,
  };
}
