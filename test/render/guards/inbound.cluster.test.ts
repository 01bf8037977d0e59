import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { patch, post, remove } from './dry-run-calls.ts';
import {
  ACTORS,
  enrol,
  type GuardedControlPlane,
  NAMESPACES,
  namespace,
  startGuardedControlPlane,
} from './guarded-control-plane.ts';

let guarded: GuardedControlPlane;

const { editor, administrator } = ACTORS;
const GUARD = 'cloister-inbound';
const GATEWAY_API = 'gateway.networking.k8s.io';
const ROUTES = ['httproutes', 'grpcroutes', 'tlsroutes', 'tcproutes', 'udproutes', 'referencegrants'];
const services = (inNamespace = 'acme-agents') => `${NAMESPACES}/${inNamespace}/services`;
const ingresses = (inNamespace = 'acme-agents') =>
  `/apis/networking.k8s.io/v1/namespaces/${inNamespace}/ingresses`;
const service = (spec: object, name = 'agent') => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, finalizers: ['example.com/hold'] },
  spec: { selector: { app: 'agent' }, ports: [{ port: 80 }], ...spec },
});
const ingress = (name = 'agent') => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name },
  spec: { defaultBackend: { service: { name: 'agent', port: { number: 80 } } } },
});

/** The least of a kind of the Gateway API, which the API server knows by its CustomResourceDefinition. */
const routeDefinition = (plural: string) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: `${plural}.${GATEWAY_API}`,
    annotations: { 'api-approved.kubernetes.io': 'unapproved, for tests' },
  },
  spec: {
    group: GATEWAY_API,
    scope: 'Namespaced',
    names: { plural, singular: plural.slice(0, -1), kind: plural.slice(0, -1), listKind: `${plural}List` },
    versions: ['v1beta1', 'v1'].map((name) => ({
      name,
      served: true,
      storage: name === 'v1',
      schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
    })),
  },
});
const route = (plural: string, version: string) => ({
  apiVersion: `${GATEWAY_API}/${version}`,
  kind: plural.slice(0, -1),
  metadata: { name: 'agent' },
  spec: { rules: [] },
});

beforeAll(async () => {
  guarded = await startGuardedControlPlane();
  const { controlPlane, attempt } = guarded;
  const rights = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'routes', namespace: 'acme-agents' },
    rules: [{ apiGroups: [GATEWAY_API], resources: ['*'], verbs: ['*'] }],
  };
  const apiGroup = 'rbac.authorization.k8s.io';
  const bound = {
    apiVersion: `${apiGroup}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'routes', namespace: 'acme-agents' },
    roleRef: { apiGroup, kind: 'Role', name: 'routes' },
    subjects: [{ kind: 'User', apiGroup, name: 'editor' }],
  };
  await controlPlane.apply([...ROUTES.map(routeDefinition), rights, bound]);
  // What was there before its namespace was enrolled.
  const make = async (path: string, body: object) => {
    const { by, message } = await attempt(administrator, { method: 'POST', path, body });
    if (by !== 'Allowed') throw new Error(message);
  };
  await make(NAMESPACES, namespace('older', {}));
  await make(services('older'), service({ type: 'NodePort' }, 'open'));
  await make(ingresses('older'), ingress('open'));
  await enrol(guarded, 'older');
});
afterAll(() => guarded?.stop());

describe('a Service of an enrolled namespace', () => {
  const create = (spec: object) => post(services(), service(spec));
  const open = `${services('older')}/open`;
  test.for([
    ['is inside the cluster', editor, create({}), 'Allowed'],
    ['may be headless', editor, create({ clusterIP: 'None' }), 'Allowed'],
    ['does not listen on nodes', editor, create({ type: 'NodePort' }), GUARD],
    ['nor behind a load balancer', editor, create({ type: 'LoadBalancer' }), GUARD],
    ['nor for the platform team', administrator, create({ type: 'LoadBalancer' }), GUARD],
    ['is no other name', editor, create({ type: 'ExternalName', externalName: 'example.com' }), GUARD],
    ['which it does not have either', editor, create({ externalName: 'example.com' }), GUARD],
    ['takes no address of its author (CVE-2020-8554)', editor, create({ externalIPs: ['8.8.8.8'] }), GUARD],
    [
      'is what it wants elsewhere',
      administrator,
      post(services('elsewhere'), service({ type: 'NodePort' })),
      'Allowed',
    ],
    [
      'from before loses its finalizers',
      administrator,
      patch(open, { metadata: { finalizers: [] } }),
      'Allowed',
    ],
    [
      'is not changed otherwise',
      administrator,
      patch(open, { spec: { sessionAffinity: 'ClientIP' } }),
      GUARD,
    ],
    ['but closed', administrator, patch(open, { spec: { type: 'ClusterIP' } }), 'Allowed'],
    ['or deleted', administrator, remove(open), 'Allowed'],
  ] as const)('%s', async ([, who, call, by]) => {
    expect(await guarded.attempt(who, call)).toMatchObject({ by });
  });

  test('the message says what to do', async () => {
    const { message } = await guarded.attempt(editor, create({ type: 'NodePort' }));
    expect(message).toContain(
      'Service "agent" in namespace "acme-agents": spec.type is "NodePort"; must be "ClusterIP". Name who may call the agent in network.ingress of its AgentRole.',
    );
  });
});

describe('an Ingress of an enrolled namespace', () => {
  const open = `${ingresses('older')}/open`;
  test.for([
    ['is not the decision of the tenant', editor, post(ingresses(), ingress()), GUARD],
    ['but of who may expose it', administrator, post(ingresses(), ingress()), 'Allowed'],
    ['from before is labelled', administrator, patch(open, { metadata: { labels: { a: 'b' } } }), 'Allowed'],
    ['is free elsewhere', administrator, post(ingresses('elsewhere'), ingress()), 'Allowed'],
  ] as const)('%s', async ([, who, call, by]) => {
    expect(await guarded.attempt(who, call)).toMatchObject({ by });
  });

  test('the message says what to do', async () => {
    const { message } = await guarded.attempt(editor, post(ingresses(), ingress()));
    expect(message).toContain(
      'Ingress "agent" in namespace "acme-agents": the object leads to agents from outside their namespace; must be written by who has the verb expose on tenantisolations.cloister.dev/acme, which "editor" does not have.',
    );
  });
});

describe.for(ROUTES)('one of the %s of the Gateway API', (plural) => {
  test.for(['v1', 'v1beta1'])('is not the decision of the tenant, in %s', async (version) => {
    const path = `/apis/${GATEWAY_API}/${version}/namespaces/acme-agents/${plural}`;
    const create = () => guarded.attempt(editor, post(path, route(plural, version)));
    // The API server serves a kind a moment after it is defined.
    await vi.waitFor(async () => expect(await create()).toMatchObject({ by: GUARD }), {
      timeout: 10_000,
      interval: 100,
    });
  });
});
