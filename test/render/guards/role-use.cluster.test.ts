import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { minimalAgentSandbox } from '../../build/agent-sandbox.ts';
import { buildEphemeralContainer, buildPod, DIGEST } from '../../build/pod.ts';
import { type DryRunCall, patch, post } from './dry-run-calls.ts';
import {
  ACTORS,
  controller,
  type GuardedControlPlane,
  startGuardedControlPlane,
  stampIsEffective,
  user,
} from './guarded-control-plane.ts';
import { MAY_USE_DATA_ANALYST, podOfRole, roleWorkloads, workload } from './role-workloads.ts';

let guarded: GuardedControlPlane;

const { editor, administrator, ownServiceAccount, foreignServiceAccount } = ACTORS;
const GUARD = 'cloister-role-use';
const REVISIONS = 'cloister-controller-revisions';
const PODS = '/api/v1/namespaces/acme-agents/pods';
const SANDBOXES = '/apis/cloister.dev/v1alpha1/namespaces/acme-agents/agentsandboxes';
/** That of a ControllerRevision never changes. */
const CHANGEABLE = roleWorkloads.filter((kind) => kind !== 'ControllerRevision');
/** Where two refuse, the API server asks them in no order. */
const either = (...names: readonly string[]): unknown =>
  expect.stringMatching(new RegExp(`^(${names.join('|')})$`));

const postWorkload = ({ path, body }: { path: string; body: object }) => post(path, body);
const sandbox = (name: string, role?: string) => ({
  ...minimalAgentSandbox,
  metadata: { name },
  spec: { ...minimalAgentSandbox.spec, ...(role === undefined ? {} : { roleRef: { name: role } }) },
});

beforeAll(async () => {
  guarded = await startGuardedControlPlane();
  await stampIsEffective(guarded);
  const accounts = ['acme-agents', 'elsewhere'].map((namespace) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'agent', namespace },
  }));
  await guarded.controlPlane.apply([...MAY_USE_DATA_ANALYST, ...accounts]);
  const make = async ({ path, body }: { path: string; body: object }) => {
    const { by, message } = await guarded.attempt(administrator, { method: 'POST', path, body });
    if (by !== 'Allowed') throw new Error(message);
  };
  await make({ path: PODS, body: podOfRole('devops', 'devops') });
  await make({ path: SANDBOXES, body: sandbox('devops', 'devops') });
  for (const kind of CHANGEABLE) await make(workload(kind, 'devops'));
});
afterAll(() => guarded?.stop());

const judge = async (who: typeof editor, call: DryRunCall, by: unknown) =>
  expect(await guarded.attempt(who, call)).toMatchObject({ by });

describe.for(roleWorkloads)('the template of a %s', (kind) => {
  const enrolled = kind === 'ControllerRevision' ? either(GUARD, REVISIONS) : GUARD;

  test('takes the verb use on the role that it names', () =>
    judge(editor, postWorkload(workload(kind, 'devops', { name: 'new' })), enrolled));

  test('takes it where no namespace is enrolled, since it would be there when it is', () =>
    judge(editor, postWorkload(workload(kind, 'devops', { name: 'new', namespace: 'elsewhere' })), GUARD));

  test('may name a role that its author may use', async () => {
    const allowed = workload(kind, 'data-analyst', { name: 'new', namespace: 'elsewhere' });
    await judge(editor, postWorkload(allowed), 'Allowed');
  });

  test('may be anything where it names no role', async () => {
    const allowed = workload(kind, null, { name: 'new', namespace: 'elsewhere' });
    await judge(editor, postWorkload(allowed), 'Allowed');
  });

  test('is not written by a ServiceAccount of the namespace, which anybody with edit can impersonate', () =>
    judge(ownServiceAccount, postWorkload(workload(kind, 'devops', { name: 'new' })), enrolled));
});

describe.for(CHANGEABLE)('the template of a %s that is there', (kind) => {
  test('is changed by who may use its role', async () => {
    const { path, wrap } = workload(kind, 'devops');
    const change = patch(`${path}/devops`, wrap({ metadata: { annotations: { restarted: 'now' } } }));
    await judge(editor, change, GUARD);
    await judge(administrator, change, 'Allowed');
    await judge(foreignServiceAccount, change, 'Allowed');
  });

  test('is left alone by who labels the object', async () => {
    const { path } = workload(kind, 'devops');
    await judge(editor, patch(`${path}/devops`, { metadata: { labels: { team: 'a' } } }), 'Allowed');
  });
});

describe('a pod', () => {
  const image = `ghcr.io/acme/other@${DIGEST}`;
  const containers = (list: string, name: string) =>
    patch(`${PODS}/devops`, { spec: { [list]: [{ name, image }] } }, 'strategic-merge');
  const ephemeral = patch(
    `${PODS}/devops/ephemeralcontainers`,
    { spec: { ephemeralContainers: [buildEphemeralContainer()] } },
    'strategic-merge',
  );
  test.for([
    ['is made by who may use its role', editor, post(PODS, podOfRole('new', 'devops')), GUARD],
    ['is made by others of another role', editor, post(PODS, podOfRole('new', 'data-analyst')), 'Allowed'],
    ['gets another image by them alone', editor, containers('containers', 'agent'), GUARD],
    ['also in an init container', editor, containers('initContainers', 'start-gate'), GUARD],
    ['and an ephemeral container', editor, ephemeral, GUARD],
    ['which they may add', administrator, ephemeral, 'Allowed'],
    [
      'is shortened by others',
      editor,
      patch(`${PODS}/devops`, { spec: { activeDeadlineSeconds: 9 } }),
      'Allowed',
    ],
    [
      'is made by no ServiceAccount of its namespace',
      ownServiceAccount,
      post(PODS, podOfRole('new', 'devops')),
      GUARD,
    ],
    [
      'is made by a GitOps tool of another',
      foreignServiceAccount,
      post(PODS, podOfRole('new', 'devops')),
      'Allowed',
    ],
  ] as const)('%s', ([, who, call, by]) => judge(who, call, by));

  test('is not asked for where no role is named and no namespace enrolled', async () => {
    const body = buildPod(({ metadata }) =>
      Object.assign(metadata, { name: 'plain', namespace: 'elsewhere', labels: {} }),
    );
    const path = '/api/v1/namespaces/elsewhere/pods';
    await judge(editor, post(path, body), 'Allowed');
    const own = user('system:serviceaccount:elsewhere:deployer', 'system:masters');
    await judge(own, post(path, podOfRole('own', 'devops', 'elsewhere')), 'Allowed');
  });

  test('the messages say what to do', async () => {
    const { message } = await guarded.attempt(editor, post(PODS, podOfRole('new', 'devops')));
    expect(message).toContain(
      'Pod "new" in namespace "acme-agents": label cloister.dev/role is "devops"; must be an AgentRole on which "editor" has the verb use. Choose another role, or have the verb use on agentroles.cloister.dev/devops bound to you.',
    );
    const own = await guarded.attempt(ownServiceAccount, post(PODS, podOfRole('new', 'devops')));
    expect(own.message).toContain(
      'the user is "system:serviceaccount:acme-agents:deployer"; must not be a ServiceAccount of an enrolled namespace',
    );
  });
});

describe('a sandbox', () => {
  const change = patch(`${SANDBOXES}/devops`, { spec: { command: ['other'] } });
  const OWN = either(GUARD, 'cloister-created-by');
  test.for([
    ['is made by who may use its role', editor, post(SANDBOXES, sandbox('new', 'devops')), GUARD],
    ['is changed by them alone', editor, change, GUARD],
    [
      'may be labelled by others',
      editor,
      patch(`${SANDBOXES}/devops`, { metadata: { labels: { a: 'b' } } }),
      'Allowed',
    ],
    ['names no role by anybody', editor, post(SANDBOXES, sandbox('new')), 'Allowed'],
    ['but by no ServiceAccount of its namespace', ownServiceAccount, post(SANDBOXES, sandbox('new')), OWN],
    ['which changes none either', ownServiceAccount, change, OWN],
    ['as a GitOps tool may', foreignServiceAccount, change, 'Allowed'],
  ] as const)('%s', ([, who, call, by]) => judge(who, call, by));
});

describe('the controllers of Kubernetes', () => {
  test.for([
    ['replicaset-controller', 'Pod'],
    ['replication-controller', 'Pod'],
    ['statefulset-controller', 'Pod'],
    ['daemon-set-controller', 'Pod'],
    ['job-controller', 'Pod'],
    ['deployment-controller', 'ReplicaSet'],
    ['cronjob-controller', 'Job'],
    ['statefulset-controller', 'ControllerRevision'],
    ['daemon-set-controller', 'ControllerRevision'],
  ] as const)('%s makes a %s of a template that was judged', async ([name, kind]) => {
    const made =
      kind === 'Pod'
        ? { path: PODS, body: podOfRole('made', 'devops') }
        : workload(kind, 'devops', { name: 'made' });
    await judge(controller(name), postWorkload(made), 'Allowed');
  });

  test('so they do where they share one name', () =>
    judge(
      user('system:kube-controller-manager', 'system:masters'),
      post(PODS, podOfRole('made', 'devops')),
      'Allowed',
    ));

  test('another of their namespace is asked', async () => {
    const other = user('system:serviceaccount:kube-system:other');
    expect((await guarded.attempt(other, post(PODS, podOfRole('made', 'devops')))).by).toBe('RBAC');
  });
});
