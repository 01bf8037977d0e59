import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { minimalAgentSandbox } from '../../build/agent-sandbox.ts';
import { apiServerCaller } from '../../testbed/api-server-caller.ts';
import {
  ACTORS,
  type GuardedControlPlane,
  startGuardedControlPlane,
  stampIsEffective,
} from './guarded-control-plane.ts';

let guarded: GuardedControlPlane;
let caller: ReturnType<typeof apiServerCaller>;

beforeAll(async () => {
  guarded = await startGuardedControlPlane();
  await stampIsEffective(guarded);
  caller = apiServerCaller(guarded.controlPlane.connection);
});
afterAll(async () => {
  caller?.close();
  await guarded?.stop();
});

const { administrator, operator } = ACTORS;
const developer = { name: 'developer@acme.example', groups: ['system:masters', 'system:authenticated'] };
const GUARD = 'cloister-created-by';
const CREATED_BY = 'cloister.dev/created-by';
const SANDBOXES = '/apis/cloister.dev/v1alpha1/namespaces/acme-agents/agentsandboxes';

const sandbox = (name: string, annotations: object = {}) => ({
  ...minimalAgentSandbox,
  metadata: { name, annotations },
});

interface Stored {
  metadata: { annotations?: Record<string, string>; resourceVersion?: string };
}

async function send(call: Parameters<typeof caller.send>[0]): Promise<Stored> {
  const { status, body } = await caller.send(call);
  if (status >= 300) throw new Error(JSON.stringify(body));
  return body as unknown as Stored;
}

const create = (name: string, annotations?: object, path = SANDBOXES) =>
  send({ user: developer, method: 'POST', path, body: sandbox(name, annotations) });
const authorOf = ({ metadata }: Stored): string | undefined => metadata.annotations?.[CREATED_BY];

describe('who made a sandbox', () => {
  test('is written on it', async () => {
    expect(authorOf(await create('plain'))).toBe('developer@acme.example');
  });

  test('is written where no namespace is enrolled yet', async () => {
    const path = SANDBOXES.replace('acme-agents', 'elsewhere');
    expect(authorOf(await create('early', { [CREATED_BY]: 'administrator' }, path))).toBe(
      'developer@acme.example',
    );
  });

  test('is written beside the annotations that its author gave', async () => {
    const { metadata } = await create('annotated', { team: 'a' });
    expect(metadata.annotations).toEqual({ team: 'a', [CREATED_BY]: 'developer@acme.example' });
  });

  test('is whoever made it, whatever its author says', async () => {
    expect(authorOf(await create('forged', { [CREATED_BY]: 'administrator' }))).toBe(
      'developer@acme.example',
    );
  });

  test.for([
    ['another', { [CREATED_BY]: 'administrator' }],
    ['none', { [CREATED_BY]: null }],
  ] as const)('stays as it was when an update names %s', async ([name, annotations]) => {
    const path = `${SANDBOXES}/kept-${name}`;
    await create(`kept-${name}`);
    for (const user of [administrator, operator]) {
      const updated = await send({
        user,
        method: 'PATCH',
        path,
        contentType: 'application/merge-patch+json',
        body: { metadata: { annotations } },
      });
      expect(authorOf(updated)).toBe('developer@acme.example');
    }
  });

  test('stays when the sandbox is applied again without it', async () => {
    const path = `${SANDBOXES}/applied?fieldManager=kubectl`;
    const apply = { method: 'PATCH', path, contentType: 'application/apply-patch+yaml' } as const;
    const first = await send({ ...apply, user: developer, body: sandbox('applied') });
    const again = await send({
      ...apply,
      user: administrator,
      body: { ...sandbox('applied'), metadata: { name: 'applied', labels: { a: 'b' } } },
    });
    expect([authorOf(first), authorOf(again)]).toEqual(Array(2).fill('developer@acme.example'));
  });

  test('is nobody, where a ServiceAccount of the namespace asks', async () => {
    const { attempt } = guarded;
    const own = ACTORS.ownServiceAccount;
    const call = { method: 'POST', path: `${SANDBOXES}?dryRun=All`, body: sandbox('impersonated') } as const;
    // cloister-role-use refuses a new sandbox for the same reason; the API server asks them in no order.
    const by: unknown = expect.stringMatching(/^cloister-(created-by|role-use)$/);
    expect(await attempt(own, call)).toMatchObject({ by });
    const annotate = {
      method: 'PATCH',
      path: `${SANDBOXES}/plain?dryRun=All`,
      contentType: 'application/merge-patch+json',
      body: { metadata: { annotations: { team: 'a' } } },
    } as const;
    expect(await attempt(own, annotate)).toMatchObject({ by: GUARD });
    const { message } = await attempt(own, annotate);
    expect(message).toContain(
      'AgentSandbox "plain" in namespace "acme-agents": the user is "system:serviceaccount:acme-agents:deployer"; must not be a ServiceAccount of an enrolled namespace',
    );
  });

  test('is a GitOps tool, which acts as a ServiceAccount of a namespace that is not enrolled', async () => {
    const { attempt } = guarded;
    const other = ACTORS.foreignServiceAccount;
    const body = sandbox('gitops');
    const path = `${SANDBOXES}?dryRun=All`;
    expect(await attempt(other, { method: 'POST', path, body })).toMatchObject({ by: 'Allowed' });
    const home = path.replace('acme-agents', 'elsewhere');
    expect(await attempt(other, { method: 'POST', path: home, body })).toMatchObject({ by: 'Allowed' });
  });

  test('is refused where it is forged and no stamp is there', async () => {
    await guarded.controlPlane.kubectl([
      'delete',
      'mutatingadmissionpolicybindings.admissionregistration.k8s.io',
      'cloister-created-by',
    ]);
    const body = sandbox('unstamped', { [CREATED_BY]: 'administrator' });
    const call = { method: 'POST', path: `${SANDBOXES}?dryRun=All`, body } as const;
    await expect
      .poll(() => guarded.attempt(developer, call), { timeout: 10_000 })
      .toMatchObject({
        by: 'cloister-created-by',
        message: expect.stringContaining(
          'is "administrator"; must be "developer@acme.example", who made the sandbox.',
        ),
      });
  });
});
