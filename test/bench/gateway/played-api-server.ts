import { LABEL, systemNamespaceOf } from '../../../src/api/names.ts';
import type { KubeClient, Selection, WatchOptions } from '../../../src/kube/kube-client.ts';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import type { KubeResource } from '../../../src/kube/kube-resource.ts';
import { resources } from '../../../src/kube/resources.ts';
import { sha256 } from '../../../src/lib/sha256.ts';
import { roleFeedOf, tenantFeedOf } from '../../../src/operator/feed/decide-feed.ts';
import { FEED, FEED_KEYS, feedName, type FeedSubject } from '../../../src/policy/feed/feed-name.ts';
import type { SandboxFeed } from '../../../src/policy/feed/feed-schemas.ts';
import { GATE_FACTS } from '../../../src/policy/gate/gate-facts.ts';
import { buildGateData, buildGateFacts } from '../../build/gate-facts.ts';
import { createMemoryKubeClient } from '../../build/memory-kube-client.ts';
import { sendBookmarks } from '../../build/send-bookmarks.ts';
import { buildTenantIsolation } from '../../build/tenant-isolation.ts';
import { type BenchDurability, benchRole, BYTES_PER_DAY, ROLE_NAME } from './bench-role.ts';
import { CREDENTIAL_BINDING, TOKENS_PER_DAY, UPSTREAM_KEY } from './bench-upstreams.ts';
import { type BenchSandbox, benchSandboxes, NAMESPACE, TENANT } from './sandboxes.ts';

/** The greatest that a tenant may give: what is measured is the counting, not the refusal. */
const REQUESTS_PER_MINUTE = 10_000_000;
const TENANT_UID = 'b0b957c4-0000-4000-8000-0000000000bb';
const POD_UID = 'authentication.kubernetes.io/pod-uid';

interface TokenReview extends KubeObject {
  readonly spec: { readonly token: string; readonly audiences: readonly string[] };
}

/**
 * Returns a client of an API server that has the tenant of the bench as the operator leaves it, its pods at addresses of
 * loopback, the tokens of these pods, and the Secret with the key of its upstreams. Nothing changes, and its watches stay open.
 */
export function playAPIServer(durability: BenchDurability): KubeClient {
  const sandboxes = benchSandboxes();
  const configMaps = [gateFacts(), ...feed(durability, sandboxes)];
  const objects: Readonly<Record<string, readonly KubeObject[]>> = {
    [resources.configMaps.plural]: configMaps,
    [resources.pods.plural]: sandboxes.map(podOf),
  };
  const { client, put } = createMemoryKubeClient();
  const { name, key } = CREDENTIAL_BINDING.kubernetesSecret;
  put(`${resources.secrets.plural}/${name}`, secret(name, { [key]: UPSTREAM_KEY }));
  const list = ({ plural }: KubeResource, selection: Selection = {}) => {
    const items = (objects[plural] ?? []).filter((object) => isSelected(object, selection));
    return Promise.resolve({ items, resourceVersion: '1' });
  };
  const create = ({ plural }: KubeResource, object: KubeObject) => {
    if (plural !== resources.tokenReviews.plural)
      return Promise.reject(new Error(`no ${plural} are made here`));
    return Promise.resolve(review(object as TokenReview, sandboxes));
  };
  const watch = async (resource: KubeResource, options: WatchOptions) =>
    sendBookmarks(await client.watch(resource, options));
  return { ...client, list, create, watch } as KubeClient;
}

function isSelected(
  { metadata }: KubeObject,
  { namespace, labelSelector, fieldSelector }: Selection,
): boolean {
  if (namespace !== undefined && metadata.namespace !== namespace) return false;
  if (labelSelector !== undefined && metadata.labels?.[labelSelector] === undefined) return false;
  return fieldSelector === undefined || fieldSelector === `metadata.name=${metadata.name}`;
}

function configMap(name: string, key: string, content: object, labels = {}): KubeObject {
  const metadata = { name, namespace: systemNamespaceOf(TENANT), resourceVersion: '1', labels };
  return { metadata, data: { [key]: JSON.stringify(content) } } as KubeObject;
}

function secret(name: string, values: Readonly<Record<string, string>>): KubeObject {
  const encoded = Object.entries(values).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  return {
    metadata: { name, namespace: systemNamespaceOf(TENANT) },
    data: Object.fromEntries(encoded),
  } as KubeObject;
}

function gateFacts(): KubeObject {
  const facts = buildGateFacts({ tenant: TENANT, namespaces: [NAMESPACE] });
  const { metadata } = configMap(GATE_FACTS.configMap, GATE_FACTS.key, facts);
  return { metadata, data: buildGateData(facts) } as KubeObject;
}

function feed(durability: BenchDurability, sandboxes: readonly BenchSandbox[]): readonly KubeObject[] {
  const tenant = buildTenantIsolation(({ metadata, spec }) => {
    metadata.name = TENANT;
    metadata.uid = TENANT_UID;
    spec.roles.allowed = [ROLE_NAME];
    spec.limits = {
      ...spec.limits,
      requestsPerMinute: REQUESTS_PER_MINUTE,
      egressBytesPerDay: BYTES_PER_DAY,
      tokensPerDay: TOKENS_PER_DAY,
    };
    spec.credentials = [CREDENTIAL_BINDING];
  });
  const role = roleFeedOf({
    tenant: TENANT,
    name: ROLE_NAME,
    role: benchRole(durability),
    sharedSecrets: [],
  });
  if (role === null) throw new Error('the feed says nothing of the role');
  return [
    feedMap({ kind: 'Tenant' }, tenantFeedOf(tenant, [NAMESPACE])),
    feedMap({ kind: 'Role', role: ROLE_NAME }, role),
    ...sandboxes.map((sandbox) =>
      feedMap({ kind: 'Sandbox', namespace: NAMESPACE, sandbox: sandbox.name }, feedOf(sandbox)),
    ),
  ];
}

function feedMap(subject: FeedSubject, content: object): KubeObject {
  return configMap(feedName(subject), FEED_KEYS[subject.kind], content, { [FEED.label]: subject.kind });
}

function feedOf({ name, uid, podUID, proxySecret }: BenchSandbox): SandboxFeed {
  return {
    format: FEED.format,
    tenant: TENANT,
    namespace: NAMESPACE,
    sandbox: name,
    uid,
    podUID,
    podStarted: true,
    role: ROLE_NAME,
    narrow: undefined,
    proxySecretHash: sha256(proxySecret),
    contained: false,
  };
}

function podOf({ name, podUID, address }: BenchSandbox): KubeObject {
  const labels = { [LABEL.role]: ROLE_NAME, [LABEL.sandbox]: name };
  return {
    metadata: { name, namespace: NAMESPACE, uid: podUID, resourceVersion: '1', labels },
    spec: { serviceAccountName: name },
    status: { phase: 'Running', podIPs: [{ ip: address }], hostIPs: [{ ip: '192.0.2.1' }] },
  } as KubeObject;
}

function review({ spec, ...object }: TokenReview, sandboxes: readonly BenchSandbox[]): KubeObject {
  const owner = sandboxes.find(({ token }) => token === spec.token);
  if (owner === undefined) return { ...object, spec, status: { authenticated: false } } as KubeObject;
  const user = {
    username: `system:serviceaccount:${NAMESPACE}:${owner.name}`,
    extra: { [POD_UID]: [owner.podUID] },
  };
  return { ...object, spec, status: { authenticated: true, audiences: spec.audiences, user } } as KubeObject;
}
