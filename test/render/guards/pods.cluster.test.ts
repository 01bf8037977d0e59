import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPod, type WritablePod } from '../../build/pod.ts';
import { minimalAgentSandbox } from '../../build/agent-sandbox.ts';
import {
  ACTORS,
  type GuardedControlPlane,
  startGuardedControlPlane,
  stampIsEffective,
} from './guarded-control-plane.ts';
import { podOfRole, podOfSandbox } from './role-workloads.ts';

let guarded: GuardedControlPlane;

const { editor, administrator, operator, node, replicaSetController } = ACTORS;
const IN_ACME = '/api/v1/namespaces/acme-agents';
const PODS = `${IN_ACME}/pods`;
const GUARD = 'cloister-pod-metadata';
const BACKSTOP = 'cloister-backstop';
const ROLE_USE = 'cloister-role-use';

const USE = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'use-data-analyst' },
    rules: [
      {
        apiGroups: ['cloister.dev'],
        resources: ['agentroles'],
        resourceNames: ['data-analyst'],
        verbs: ['use'],
      },
      { apiGroups: [''], resources: ['podtemplates'], verbs: ['create'] },
      { apiGroups: ['cloister.dev'], resources: ['agentsandboxes'], verbs: ['create', 'update', 'patch'] },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'use-data-analyst' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'use-data-analyst' },
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'editor' }],
  },
];

beforeAll(async () => {
  guarded = await startGuardedControlPlane();
  await stampIsEffective(guarded);
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'agent', namespace: 'acme-agents' },
  };
  await guarded.controlPlane.apply([...USE, account]);
  const made = { method: 'POST' as const, path: PODS, body: buildPod() };
  const { by, message } = await guarded.attempt(editor, made);
  if (by !== 'Allowed') throw new Error(message);
});
afterAll(() => guarded?.stop());

const patch = (body: object, subresource = '') => ({
  method: 'PATCH' as const,
  path: `${PODS}/agent${subresource}?dryRun=All`,
  contentType: 'application/merge-patch+json',
  body,
});
const label = (name: string, value: string | null, subresource = '') =>
  patch({ metadata: { labels: { [name]: value } } }, subresource);
const annotate = (name: string, subresource = '') =>
  patch({ metadata: { annotations: { [name]: 'x' } } }, subresource);
const create = (tweak: (pod: WritablePod) => void) => ({
  method: 'POST' as const,
  path: `${PODS}?dryRun=All`,
  body: buildPod((pod) => {
    pod.metadata = { ...pod.metadata, name: 'another' };
    tweak(pod);
  }),
});
const bind = (metadata: object, path = `${PODS}/agent/binding`) => ({
  method: 'POST' as const,
  path: `${path}?dryRun=All`,
  body: {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: 'agent', namespace: 'acme-agents', ...metadata },
    target: { apiVersion: 'v1', kind: 'Node', name: 'worker-1' },
  },
});
const ROLE = 'cloister.dev/role';
const CONTAINED = 'cloister.dev/contained';

describe('the labels and annotations of a running pod', () => {
  test.for([
    ['an editor cannot take another role', editor, label(ROLE, 'devops'), GUARD],
    ['an editor cannot take the role away', editor, label(ROLE, null), GUARD],
    ['an editor cannot make it a sandbox', editor, label('cloister.dev/sandbox', 'x'), GUARD],
    ['an editor cannot contain it', editor, label(CONTAINED, 'true'), GUARD],
    ['an editor cannot label it in a domain below ours', editor, label('x.cloister.dev/a', 'b'), GUARD],
    ['an editor cannot annotate it for us', editor, annotate('cloister.dev/policy-hash'), GUARD],
    ['an editor may label it otherwise', editor, label('team', 'a'), 'Allowed'],
    ['nobody relabels it through its status', administrator, label(ROLE, 'devops', '/status'), GUARD],
    ['nobody annotates it through its status', administrator, annotate('cloister.dev/x', '/status'), GUARD],
    ['nobody relabels it by binding it', administrator, bind({ labels: { [ROLE]: 'devops' } }), GUARD],
    [
      'nobody annotates it by binding it',
      administrator,
      bind({ annotations: { 'cloister.dev/x': 'y' } }),
      GUARD,
    ],
    [
      'nobody relabels it by the older binding',
      administrator,
      bind({ labels: { [ROLE]: 'devops' } }, `${IN_ACME}/bindings`),
      GUARD,
    ],
    ['the scheduler may bind it', administrator, bind({ labels: { zone: 'a' } }), 'Allowed'],
    ['a status may be written', administrator, patch({ status: { message: 'x' } }, '/status'), 'Allowed'],
    ['the operator may contain it', operator, label(CONTAINED, 'true'), 'Allowed'],
    ['the operator cannot change its role', operator, label(ROLE, 'devops'), GUARD],
  ] as const)('%s', async ([, who, call, by]) => {
    expect(await guarded.attempt(who, call)).toMatchObject({ by });
  });

  test('what the operator contained is released by the operator alone', async () => {
    const contain = { ...label(CONTAINED, 'true'), path: `${PODS}/agent` };
    expect(await guarded.attempt(operator, contain)).toMatchObject({ by: 'Allowed' });
    const { by, message } = await guarded.attempt(editor, label(CONTAINED, null));
    expect(by).toBe(GUARD);
    expect(message).toContain(
      'Pod "agent" in namespace "acme-agents": metadata.labels: "cloister.dev/contained" is changed by "editor"; must stay as it was when the pod was created.',
    );
    expect(
      await guarded.attempt(operator, { ...label(CONTAINED, null), path: `${PODS}/agent` }),
    ).toMatchObject({
      by: 'Allowed',
    });
  });
});

describe('who makes a pod', () => {
  const sandbox = { ...create(() => {}), body: podOfSandbox('another', 'analyst') };
  const devops = { ...create(() => {}), body: podOfRole('another', 'devops') };
  const { activeDeadlineSeconds: _ofNoDeployment, ...spec } = buildPod().spec;
  const template = { metadata: { labels: { app: 'a', [ROLE]: 'devops' } }, spec };
  const batch = '/apis/batch/v1/namespaces/acme-agents/cronjobs?dryRun=All';
  const sandboxes = '/apis/cloister.dev/v1alpha1/namespaces/acme-agents/agentsandboxes?dryRun=All';
  const post = (path: string, body: object) => ({ method: 'POST' as const, path, body });
  test.for([
    ['an editor cannot call it a sandbox', editor, sandbox, BACKSTOP],
    ['the operator can', operator, sandbox, 'Allowed'],
    ['an editor cannot give it a role without the verb use', editor, devops, ROLE_USE],
    ['a controller can: its template was judged', replicaSetController, devops, 'Allowed'],
    ['an administrator can use every role', administrator, devops, 'Allowed'],
    [
      'an editor may not share its processes',
      editor,
      create((pod) => (pod.spec.shareProcessNamespace = true)),
      BACKSTOP,
    ],
    [
      'nor may a controller',
      replicaSetController,
      create((pod) => (pod.spec.shareProcessNamespace = true)),
      BACKSTOP,
    ],
    [
      'an editor cannot give the role to a template',
      editor,
      post('/apis/apps/v1/namespaces/acme-agents/deployments?dryRun=All', {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'a' },
        spec: { selector: { matchLabels: { app: 'a' } }, template },
      }),
      ROLE_USE,
    ],
    [
      'nor to one in a CronJob',
      editor,
      post(batch, {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name: 'a' },
        spec: {
          schedule: '0 0 * * *',
          jobTemplate: {
            spec: { template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } },
          },
        },
      }),
      ROLE_USE,
    ],
    [
      'nor to one by itself',
      editor,
      post(`${IN_ACME}/podtemplates?dryRun=All`, {
        apiVersion: 'v1',
        kind: 'PodTemplate',
        metadata: { name: 'a' },
        template,
      }),
      ROLE_USE,
    ],
    [
      'nor to a sandbox',
      editor,
      post(sandboxes, {
        ...minimalAgentSandbox,
        spec: { ...minimalAgentSandbox.spec, roleRef: { name: 'devops' } },
      }),
      ROLE_USE,
    ],
    [
      'an editor may give a sandbox a role that it may use',
      editor,
      post(sandboxes, {
        ...minimalAgentSandbox,
        spec: { ...minimalAgentSandbox.spec, roleRef: { name: 'data-analyst' } },
      }),
      'Allowed',
    ],
  ] as const)('%s', async ([, who, call, by]) => {
    expect(await guarded.attempt(who, call)).toMatchObject({ by });
  });
});

test('a kubelet is given a token for the pod that it runs', async () => {
  const { controlPlane, attempt } = guarded;
  const bound = { ...bind({}), path: `${PODS}/agent/binding` };
  expect(await attempt(administrator, bound)).toMatchObject({ by: 'Allowed' });
  const { stdout: uid } = await controlPlane.kubectl(
    'get pod agent -n acme-agents -o jsonpath={.metadata.uid}'.split(' '),
  );
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'agent', uid } },
  };
  const call = { method: 'POST' as const, path: `${IN_ACME}/serviceaccounts/agent/token`, body };
  expect(await attempt(node, call)).toMatchObject({ by: 'Allowed' });
  expect(await attempt(editor, call)).toMatchObject({ by: 'cloister-tokens' });
});
