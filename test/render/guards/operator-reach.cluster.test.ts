import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DryRunCall, patch, post, remove } from './dry-run-calls.ts';
import {
  ACTORS,
  type GuardedControlPlane,
  NAMESPACES,
  namespace,
  startGuardedControlPlane,
} from './guarded-control-plane.ts';

let guarded: GuardedControlPlane;

const { operator, administrator } = ACTORS;
const REACH = 'cloister-operator-reach';
const RBAC = 'rbac.authorization.k8s.io';
const core = (inNamespace: string, resource: string) => `${NAMESPACES}/${inNamespace}/${resource}`;

const SYSTEM_DEPLOYMENTS = '/apis/apps/v1/namespaces/cloister-system/deployments';
const AS_WEBHOOK = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a' },
  spec: { serviceAccountName: 'cloister-webhook', containers: [{ name: 'a', image: 'a' }] },
};
const deployment = (name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'a', image: 'registry.example/a' }] },
    },
  },
});

beforeAll(async () => {
  guarded = await startGuardedControlPlane();
  const create = async (path: string, body: object) => {
    const { by, message } = await guarded.attempt(administrator, { method: 'POST', path, body });
    if (by !== 'Allowed') throw new Error(message);
  };
  for (const inNamespace of ['acme-agents', 'cloister-t-acme', 'cloister-system', 'elsewhere']) {
    await create(core(inNamespace, 'secrets'), {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'there' },
    });
  }
  for (const name of ['cloister-operator', 'cloister-webhook']) {
    await create(core('cloister-system', 'serviceaccounts'), {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name },
    });
    await create(SYSTEM_DEPLOYMENTS, deployment(name));
  }
});
afterAll(() => guarded?.stop());

/** What the operator writes where agents run, in a namespace of choice. */
const WRITES: readonly (readonly [string, (inNamespace: string) => DryRunCall])[] = [
  [
    'ConfigMaps',
    (it) => post(core(it, 'configmaps'), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }),
  ],
  [
    'Secrets',
    (it) => post(core(it, 'secrets'), { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } }),
  ],
  ['over Secrets', (it) => patch(core(it, 'secrets/there'), { stringData: { a: 'b' } })],
  ['Secrets away', (it) => remove(core(it, 'secrets/there'))],
  ['all Secrets away', (it) => remove(core(it, 'secrets'))],
  [
    'ServiceAccounts',
    (it) =>
      post(core(it, 'serviceaccounts'), {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'a' },
      }),
  ],
  [
    'RoleBindings',
    (it) =>
      post(`/apis/${RBAC}/v1/namespaces/${it}/rolebindings`, {
        apiVersion: `${RBAC}/v1`,
        kind: 'RoleBinding',
        metadata: { name: 'a' },
        roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'view' },
      }),
  ],
  [
    'NetworkPolicies',
    (it) =>
      post(`/apis/networking.k8s.io/v1/namespaces/${it}/networkpolicies`, {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'a' },
        spec: { podSelector: {} },
      }),
  ],
];

describe.for(WRITES)('the operator writes %s', ([, call]) => {
  test.for([
    ['acme-agents', 'Allowed'],
    ['cloister-t-acme', 'Allowed'],
    ['cloister-system', REACH],
    ['elsewhere', REACH],
  ] as const)('in %s: %s', async ([inNamespace, by]) => {
    expect(await guarded.attempt(operator, call(inNamespace))).toMatchObject({ by });
  });

  test('and the platform team wherever it may', async () => {
    expect(await guarded.attempt(administrator, call('elsewhere'))).toMatchObject({ by: 'Allowed' });
  });
});

describe('the operator', () => {
  const event = (it: string) =>
    post(core(it, 'events'), {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'a' },
      involvedObject: { namespace: it },
    });
  test.for([
    ['deletes nothing elsewhere', remove(core('elsewhere', 'serviceaccounts/default')), REACH],
    ['mints no token elsewhere', post(core('kube-system', 'serviceaccounts/default/token'), {}), REACH],
    ['writes nothing in kube-system', WRITES[1]?.[1]('kube-system') as DryRunCall, REACH],
    ['starts no pod beside the webhook', post(core('cloister-system', 'pods'), AS_WEBHOOK), REACH],
    ['ends itself', remove(`${SYSTEM_DEPLOYMENTS}/cloister-operator`), 'Allowed'],
    ['does not end the webhook', remove(`${SYSTEM_DEPLOYMENTS}/cloister-webhook`), REACH],
    ['does not end all at once', remove(SYSTEM_DEPLOYMENTS), REACH],
    ['may tell of itself in events', event('cloister-system'), 'Allowed'],
    ['may tell of anything in events', event('elsewhere'), 'Allowed'],
    ['makes no namespace of its own', post(NAMESPACES, namespace('stranger', {})), REACH],
    ['deletes none', remove(`${NAMESPACES}/elsewhere`), REACH],
    ['labels none', patch(`${NAMESPACES}/elsewhere`, { metadata: { labels: { team: 'a' } } }), REACH],
    [
      'also not through the status',
      patch(`${NAMESPACES}/elsewhere/status`, { metadata: { labels: { team: 'a' } } }),
      REACH,
    ],
    [
      'releases one',
      patch(`${NAMESPACES}/acme-agents`, { metadata: { labels: { 'cloister.dev/tenant': null } } }),
      'Allowed',
    ],
    ['takes a system namespace away', remove(`${NAMESPACES}/cloister-t-acme`), 'Allowed'],
  ] as const)('%s', async ([, call, by]) => {
    expect(await guarded.attempt(operator, call)).toMatchObject({ by });
  });

  test('reads what to do', async () => {
    const { message } = await guarded.attempt(operator, remove(core('elsewhere', 'secrets/there')));
    expect(message).toContain(
      'Secret "there" in namespace "elsewhere": DELETE by the operator of Cloister; must be in a namespace with the label cloister.dev/tenant or cloister.dev/system.',
    );
  });
});
