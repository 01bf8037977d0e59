import { systemNamespaceOf } from '../../api/names.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { KubeObject, ObjectMeta } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { isRecord } from '../../lib/is-record.ts';
import { selectedKeys } from '../../policy/upstreams/credential-values.ts';
import { DAY_MILLISECONDS, describeMissingKeys, MAX_AGE_DAYS } from './examine-vault-secrets.ts';
import { failed, type Finding, noted, passed, readOr } from './finding.ts';

interface BoundSecret {
  readonly tenant: string;
  readonly namespace: string;
  readonly name: string;
  /** Each once and sorted. */
  readonly keys: readonly string[];
}

/**
 * The Secrets that tenants bind: there, with the keys that are bound, and not too old. No value is read: the API server sends the
 * metadata alone, which names the keys and says when they were last written.
 */
export async function examineBoundSecrets(
  client: Pick<KubeClient, 'list'>,
  tenants: readonly TenantIsolation[],
  now: number,
): Promise<readonly Finding[]> {
  const bound = tenants.flatMap(boundSecrets);
  if (bound.length === 0) return [];
  const findings = await Promise.all(bound.map((secret) => examineSecret(client, secret, now)));
  if (findings.some((each) => each.length > 0)) return findings.flat();
  const amount = bound.length === 1 ? 'the one' : `all ${bound.length}`;
  return [passed('bound Secrets', `${amount} that tenants bind changed within ${MAX_AGE_DAYS} days`)];
}

function boundSecrets({ metadata, spec }: TenantIsolation): readonly BoundSecret[] {
  const keysOf = new Map<string, Set<string>>();
  for (const { kubernetesSecret } of spec.credentials) {
    if (kubernetesSecret === undefined) continue;
    const known = keysOf.get(kubernetesSecret.name) ?? new Set();
    for (const [, key] of selectedKeys(kubernetesSecret)) known.add(key);
    keysOf.set(kubernetesSecret.name, known);
  }
  const tenant = metadata.name;
  const namespace = systemNamespaceOf(tenant);
  return [...keysOf].map(([name, keys]) => ({ tenant, namespace, name, keys: [...keys].sort() }));
}

/** No finding where nothing is wrong. */
async function examineSecret(
  client: Pick<KubeClient, 'list'>,
  { tenant, namespace, name, keys }: BoundSecret,
  now: number,
): Promise<readonly Finding[]> {
  const subject = `Secret ${namespace}/${name} of TenantIsolation ${tenant}`;
  return readOr(subject, async () => {
    const metadata = await readMetadata(client, namespace, name);
    if (metadata === 'Forbidden') {
      return [noted(subject, 'was not examined, because you have no right to list Secrets there')];
    }
    if (metadata === null) {
      return [failed(subject, 'does not exist. Create it, or correct spec.credentials of the tenant')];
    }
    return judgeSecret(subject, keys, { written: readWritten(metadata), now });
  });
}

async function readMetadata(
  client: Pick<KubeClient, 'list'>,
  namespace: string,
  name: string,
): Promise<ObjectMeta | null | 'Forbidden'> {
  try {
    const selection = { namespace, fieldSelector: `metadata.name=${name}`, metadataOnly: true };
    const { items } = await client.list<KubeObject>(resources.secrets, selection);
    return items.find(({ metadata }) => metadata.name === name)?.metadata ?? null;
  } catch (error) {
    if (isKubeError(error, 'Forbidden')) return 'Forbidden';
    throw error;
  }
}

interface WrittenData {
  /** Null where it is not known who wrote what. */
  readonly keys: ReadonlySet<string> | null;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** What the API server keeps of each writer: the fields that it wrote, and when it last changed one (KEP-555). */
function readWritten({ managedFields, creationTimestamp }: ObjectMeta): WrittenData {
  const writers = (managedFields ?? []).filter((entry) => isRecord(entry));
  const writes = writers.flatMap(({ fieldsV1, time }) => {
    const data = isRecord(fieldsV1) ? fieldsV1['f:data'] : undefined;
    return isRecord(data) ? [{ data, time: Date.parse(String(time)) }] : [];
  });
  const names = writes.flatMap(({ data }) => Object.keys(data));
  const keys = names.filter((name) => name.startsWith('f:')).map((name) => name.slice('f:'.length));
  const times = [Date.parse(creationTimestamp ?? ''), ...writes.map(({ time }) => time)];
  return {
    keys: writers.length === 0 ? null : new Set(keys),
    time: Math.max(...times.filter((time) => !Number.isNaN(time))),
  };
}

function judgeSecret(
  subject: string,
  keys: readonly string[],
  { written, now }: { readonly written: WrittenData; readonly now: number },
): readonly Finding[] {
  const missing = written.keys === null ? [] : keys.filter((key) => written.keys?.has(key) === false);
  if (missing.length > 0) {
    return [failed(subject, describeMissingKeys(missing))];
  }
  const days = Math.floor((now - written.time) / DAY_MILLISECONDS);
  if (days <= MAX_AGE_DAYS) return [];
  return [noted(subject, `is ${days} days old. Replace its values where they are used, and write it again`)];
}
