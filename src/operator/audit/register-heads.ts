import { AUDIT_HEADS, GATEWAY, systemNamespaceOf } from '../../api/names.ts';
import type { AuditHead } from '../../audit/audit-log.ts';
import {
  EMPTY_REGISTRY,
  type EpochRegistry,
  parseAuditHead,
  parseRegistry,
  registerHead,
  writeRegistry,
} from '../../audit/epoch-registry.ts';
import { applyWanted } from '../../controller/apply-wanted.ts';
import type { LeaderPart } from '../../controller/lease.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeLogger } from '../../kube/kube-logger.ts';
import { resources } from '../../kube/resources.ts';
import type { Clock } from '../../lib/clock.ts';
import { errorMessage } from '../../lib/error-message.ts';
import { auditHeadsConfigMap } from '../../render/tenant/audit-heads-config-map.ts';
import type { ObservedPod } from '../observed-objects.ts';
import type { OperatorCaches } from '../operator-caches.ts';

const PERIOD_MILLISECONDS = 5_000;
const ANSWER_MILLISECONDS = 2_000;
const MAX_ANSWER_BYTES = 4_096;

export interface RegistrationOptions {
  readonly client: Pick<KubeClient, 'list' | 'apply'>;
  readonly caches: Pick<OperatorCaches, 'tenants' | 'gatewayPods' | 'configMaps' | 'whenSynced'>;
  readonly logger: KubeLogger;
  readonly clock: Clock;
  /** Asks a gateway at an address; throws where it does not say its head. */
  readonly ask?: (address: string) => Promise<unknown>;
}

/** Registers the epochs and heads of every tenant's gateways, every 5 s, where these cannot write. */
export function startHeadRegistration(options: RegistrationOptions): LeaderPart {
  const stopping = new AbortController();
  const known = new Map<string, EpochRegistry>();
  const run = async (): Promise<void> => {
    await options.caches.whenSynced(stopping.signal);
    while (!stopping.signal.aborted) {
      const tenants = options.caches.tenants.list().map(({ metadata }) => metadata.name);
      await Promise.all(tenants.map((tenant) => registerTenant(tenant, known, options)));
      await options.clock.sleep(PERIOD_MILLISECONDS, stopping.signal);
    }
  };
  const ended = run().catch((error: unknown) => {
    if (!stopping.signal.aborted)
      options.logger.error({ error: errorMessage(error) }, 'heads are not registered');
  });
  return {
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}

/** Registers what the gateways of a tenant say now. `known` is what was registered in this term: the cache may be behind. */
export async function registerTenant(
  tenant: string,
  known: Map<string, EpochRegistry>,
  options: RegistrationOptions,
): Promise<void> {
  const { caches, client, clock, logger } = options;
  const namespace = systemNamespaceOf(tenant);
  const pods = caches.gatewayPods.byIndex('namespace', namespace);
  try {
    const heads = (await Promise.all(pods.map((pod) => askPod(pod, options)))).filter(
      (head) => head !== null,
    );
    if (heads.length === 0) return;
    const stored = caches.configMaps.get(namespace, AUDIT_HEADS.configMap);
    const before = known.get(tenant) ?? readStored(stored?.data);
    const after = heads.reduce((registry, head) => registerHead(registry, head, clock.now()), before);
    if (after === before) return;
    const {
      apiVersion: _version,
      kind: _kind,
      ...object
    } = auditHeadsConfigMap(tenant, writeRegistry(after));
    const outcome = await applyWanted({ resource: resources.configMaps, object }, stored, { client });
    if (outcome === 'Written') known.set(tenant, after);
    if (outcome === 'Foreign')
      logger.warn({ namespace, name: AUDIT_HEADS.configMap }, 'ConfigMap is not managed');
  } catch (error) {
    logger.warn({ tenant, error: errorMessage(error) }, 'heads of a tenant are not registered');
  }
}

/** A list that cannot be read is left as it is: it is evidence. */
function readStored(data: Readonly<Record<string, string>> | undefined): EpochRegistry {
  const text = data?.[AUDIT_HEADS.key];
  return text === undefined ? EMPTY_REGISTRY : parseRegistry(text);
}

/** A gateway that does not answer is none of this: its StatefulSet says that it is not ready. */
async function askPod(
  { metadata, status }: ObservedPod,
  { ask = askForHead, logger }: RegistrationOptions,
): Promise<AuditHead | null> {
  const address = status?.podIPs?.[0]?.ip;
  if (address === undefined || status?.phase !== 'Running') return null;
  let answer: unknown;
  try {
    answer = await ask(address);
  } catch {
    return null;
  }
  const head = parseAuditHead(answer);
  // No replica can say anything about another one.
  if (head?.replica === metadata.name) return head;
  logger.warn(
    { namespace: metadata.namespace, name: metadata.name },
    'gateway says no head of its own audit',
  );
  return null;
}

async function askForHead(address: string): Promise<unknown> {
  const host = address.includes(':') ? `[${address}]` : address;
  const response = await fetch(`http://${host}:${GATEWAY.probePort}${AUDIT_HEADS.path}`, {
    signal: AbortSignal.timeout(ANSWER_MILLISECONDS),
    redirect: 'error',
  });
  if (!response.ok || response.body === null) throw new Error(`the answer has status ${response.status}`);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
