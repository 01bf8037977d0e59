import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { patch, post, remove } from './dry-run-calls.ts';
import {
  ACTORS,
  ENROLMENT,
  type GuardedControlPlane,
  NAMESPACES,
  namespace,
  startGuardedControlPlane,
  user,
} from './guarded-control-plane.ts';

let guarded: GuardedControlPlane;

const { editor, administrator, operator, garbageCollector } = ACTORS;
const GUARD = 'cloister-managed-objects';
const MANAGED = { 'app.kubernetes.io/managed-by': 'cloister' };

const policies = (inNamespace: string) =>
  `/apis/networking.k8s.io/v1/namespaces/${inNamespace}/networkpolicies`;
const core = (inNamespace: string, resource: string) => `/api/v1/namespaces/${inNamespace}/${resource}`;
const networkPolicy = (name: string, labels: object) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, labels },
  spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
});
const configMap = (name: string, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
});
beforeAll(async () => {
  guarded = await startGuardedControlPlane();
  for (const [path, body] of [
    [policies('acme-agents'), networkPolicy('cloister-default-deny', MANAGED)],
    [policies('acme-agents'), networkPolicy('older', {})],
    [core('acme-agents', 'configmaps'), configMap('ours', { labels: MANAGED })],
  ] as const) {
    const { message, by } = await guarded.attempt(operator, { method: 'POST', path, body });
    if (by !== 'Allowed') throw new Error(message);
  }
});
afterAll(() => guarded?.stop());

const DENY = `${policies('acme-agents')}/cloister-default-deny`;
const OURS = core('acme-agents', 'configmaps/ours');
const OPENED = { spec: { egress: [{}] } };

describe('NetworkPolicies and managed objects', () => {
  test.for([
    [
      'an editor cannot write a policy',
      editor,
      post(policies('acme-agents'), networkPolicy('open', {})),
      GUARD,
    ],
    ['an editor cannot open ours', editor, patch(DENY, OPENED), GUARD],
    ['an editor cannot delete ours', editor, remove(DENY), GUARD],
    [
      'an editor cannot change one from before',
      editor,
      patch(`${policies('acme-agents')}/older`, OPENED),
      GUARD,
    ],
    ['an editor may delete one from before', editor, remove(`${policies('acme-agents')}/older`), 'Allowed'],
    ['nor can the platform team write one', administrator, patch(DENY, OPENED), GUARD],
    [
      'nor in a system namespace',
      administrator,
      post(policies('cloister-t-acme'), networkPolicy('open', {})),
      GUARD,
    ],
    [
      'anybody may elsewhere',
      administrator,
      post(policies('elsewhere'), networkPolicy('open', {})),
      'Allowed',
    ],
    ['the operator may', operator, patch(DENY, OPENED), 'Allowed'],
    ['the garbage collector may delete', garbageCollector, remove(DENY), 'Allowed'],
    [
      'but not write',
      user(garbageCollector.name, 'system:masters'),
      post(policies('acme-agents'), networkPolicy('open', {})),
      GUARD,
    ],
    ['an editor cannot change what we manage', editor, patch(OURS, { data: { a: 'b' } }), GUARD],
    [
      'an editor cannot take it over',
      editor,
      patch(OURS, { metadata: { labels: { 'app.kubernetes.io/managed-by': null } } }),
      GUARD,
    ],
    [
      'an editor cannot pass for us',
      editor,
      post(core('acme-agents', 'configmaps'), configMap('fake', { labels: MANAGED })),
      GUARD,
    ],
    [
      'an editor may have its own',
      editor,
      post(core('acme-agents', 'configmaps'), configMap('own')),
      'Allowed',
    ],
  ] as const)('%s', async ([, who, call, by]) => {
    expect(await guarded.attempt(who, call)).toMatchObject({ by });
  });

  test('the message says what to do', async () => {
    const { message } = await guarded.attempt(editor, remove(DENY));
    expect(message).toContain(
      'NetworkPolicy "cloister-default-deny" in namespace "acme-agents": DELETE by "editor"; must be done by the operator of Cloister, which manages the object (its label app.kubernetes.io/managed-by is "cloister"). Change the TenantIsolation, the AgentRole or the AgentSandbox that it is made from.',
    );
  });

  test('and of a NetworkPolicy of their own, why there can be none', async () => {
    const own = post(policies('acme-agents'), networkPolicy('open', {}));
    const { message } = await guarded.attempt(administrator, own);
    expect(message).toContain(
      'must be done by the operator of Cloister, because policies add up: another one can only open what Cloister closes. To let pods in to a sandbox, set spec.network.ingress of the AgentRole.',
    );
  });
});

describe('the controllers of the cluster', () => {
  const lookup = async (what: string): Promise<number> =>
    (await guarded.controlPlane.kubectl(['get', ...what.split(' ')])).code;

  test('give an enrolled namespace its ServiceAccount, and take a deleted one away with all that is ours', async () => {
    const { attempt, controlPlane } = guarded;
    const made = { method: 'POST' as const, path: NAMESPACES, body: namespace('acme-tools', ENROLMENT) };
    expect(await attempt(administrator, made)).toMatchObject({ by: 'Allowed' });
    await expect.poll(() => lookup('serviceaccount default -n acme-tools'), { timeout: 30_000 }).toBe(0);
    const deny = { ...post('', networkPolicy('deny', MANAGED)), path: policies('acme-tools') };
    await expect.poll(() => attempt(operator, deny), { timeout: 10_000 }).toMatchObject({ by: 'Allowed' });
    const { code, stderr } = await controlPlane.kubectl([
      'delete',
      'namespace',
      'acme-tools',
      '--timeout=60s',
    ]);
    expect(code, stderr).toBe(0);
  });

  test('collect what is ours when its owner goes', async () => {
    const { attempt, controlPlane } = guarded;
    const path = core('acme-agents', 'configmaps');
    const owner = { ...post('', configMap('owner')), path };
    expect(await attempt(editor, owner)).toMatchObject({ by: 'Allowed' });
    const { stdout: uid } = await controlPlane.kubectl(
      'get configmap owner -n acme-agents -o jsonpath={.metadata.uid}'.split(' '),
    );
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }];
    const owned = { ...post('', configMap('owned', { labels: MANAGED, ownerReferences })), path };
    expect(await attempt(operator, owned)).toMatchObject({ by: 'Allowed' });
    const gone = { method: 'DELETE' as const, path: `${path}/owner` };
    expect(await attempt(editor, gone)).toMatchObject({ by: 'Allowed' });
    await expect.poll(() => lookup('configmap owned -n acme-agents'), { timeout: 30_000 }).toBe(1);
  });
});
