import type { AgentRole } from '../api/agent-role.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { loadSqlParser } from '../lib/sql-parser.ts';
import { compileCallPolicy } from '../policy/tools/compile-tools.ts';
import type { GatewayConfiguration } from './configuration.ts';
import { type FollowedFacts, followFacts } from './followed-facts.ts';
import type { Identities } from './identity/caller.ts';
import { createIdentities } from './identity/create-identities.ts';
import { createPodDirectory, type PodDirectory } from './pod-directory.ts';

/** What the gateway knows of the cluster, followed. */
export interface Knowledge {
  readonly facts: FollowedFacts;
  readonly pods: PodDirectory;
  readonly identities: Identities;
  readonly stop: () => Promise<void>;
}

export interface KnowledgeOptions {
  readonly configuration: Pick<GatewayConfiguration, 'tenant' | 'namespace'>;
  readonly client: KubeClient;
  readonly log: Logger;
  readonly clock: Clock;
}

/** Begins to follow. Rejects where PostgreSQL's parser cannot be loaded: no statement could be decided then. */
export async function learn({ configuration, client, log, clock }: KnowledgeOptions): Promise<Knowledge> {
  const { tenant, namespace } = configuration;
  const sqlParser = await loadSqlParser();
  const pods = createPodDirectory({ client, logger: log, clock });
  const facts = followFacts({
    client,
    log,
    clock,
    tenant,
    namespace,
    onChange: (current) => pods.follow(current?.namespaces ?? []),
  });
  const compile = (spec: AgentRole['spec'], role: string) => compileCallPolicy(spec, role, sqlParser);
  const identities = createIdentities({ client, log, clock, tenant, namespace, pods, compile });
  facts.start();
  identities.start();
  return {
    facts,
    pods,
    identities,
    stop: async () => {
      await Promise.all([facts.stop(), pods.stop(), identities.stop()]);
    },
  };
}
