import { describe, expect, test, vi } from 'vitest';
import type { TenantIsolation } from '../../src/api/tenant-isolation.ts';
import { readSample, readSampleObject } from '../demo/samples.ts';
import { podsPath } from './samples.ts';
import { SANDBOXES } from './sandbox-calls.ts';
import { changeTenant, ROLES, TENANTS } from './tenants.ts';
import { NAMESPACE_PATH, PASSED, RUNNING, useSandboxes } from './use-sandboxes.ts';

const {
  calls,
  controlPlane,
  cloister,
  changeSandbox,
  isGone,
  make,
  nextPod,
  play,
  pod,
  run,
  says,
  statusOf,
} = useSandboxes();

describe('a sandbox', () => {
  test('of the samples gets a pod that the whole contract admits, as the operator alone may make it', async () => {
    await controlPlane().apply(readSample('sandbox-hermes.yaml'));
    const { metadata, spec } = await nextPod('hermes');
    expect(metadata.labels).toMatchObject({
      'cloister.dev/sandbox': 'hermes',
      'cloister.dev/role': 'data-analyst',
      'app.kubernetes.io/managed-by': 'cloister',
    });
    expect(spec).toMatchObject({ serviceAccountName: 'cloister-s-hermes', restartPolicy: 'Never' });
    await says(
      'hermes',
      'RoleResolved True/Resolved',
      'PodReady False/Starting',
      'EgressClosed Unknown/NotProven',
    );
    const account = await calls().read(`${NAMESPACE_PATH}/serviceaccounts/cloister-s-hermes`);
    expect(account.object).toMatchObject({ automountServiceAccountToken: false });
    const { object } = await calls().read(`${NAMESPACE_PATH}/secrets/cloister-proxy-s-hermes`);
    const { secret = '' } = object['data'] as { secret?: string };
    expect(Buffer.from(Buffer.from(secret, 'base64').toString(), 'base64url')).toHaveLength(32);
    const { uid } = (await calls().read(`${SANDBOXES}/hermes`)).object['metadata'] as { uid: string };
    for (const owned of [metadata, account.object['metadata'], object['metadata']]) {
      expect(owned).toMatchObject({ ownerReferences: [{ kind: 'AgentSandbox', uid, controller: true }] });
    }
  });

  test('is ready when its start gate has passed and its pod is', async () => {
    await play('hermes', { gate: PASSED });
    await says('hermes', 'EgressClosed True/Closed', 'Ready False/NotReady');
    await play('hermes', RUNNING);
    const status = await says('hermes', 'PodReady True/Running', 'Ready True/Ready');
    const { metadata } = await nextPod('hermes');
    expect(status).toMatchObject({
      resolvedRole: { name: 'data-analyst' },
      pod: { name: 'hermes', uid: metadata.uid },
      policyHash: metadata.annotations?.['cloister.dev/policy-hash'],
      startTime: expect.any(String),
    });
  });

  test('and what is its are not written again when all is as it should be', { retry: 0 }, async () => {
    const paths = [
      `${SANDBOXES}/hermes`,
      `${podsPath()}/hermes`,
      `${NAMESPACE_PATH}/serviceaccounts/cloister-s-hermes`,
      `${NAMESPACE_PATH}/secrets/cloister-proxy-s-hermes`,
    ];
    const versions = () =>
      Promise.all(
        paths.map(async (path) => {
          const { object } = await calls().read(path);
          return (object['metadata'] as { resourceVersion: string }).resourceVersion;
        }),
      );
    const before = await versions();
    await cloister().operator.stop(5_000);
    await cloister().startAgain('operator');
    await make('marker');
    await nextPod('marker');
    expect(await versions()).toEqual(before);
  });

  test('whose start gate found something open says what, and gets another pod', async () => {
    await make('open');
    const first = await nextPod('open');
    await play('open', { gate: { passed: false, open: ['kubelet 10.0.0.1:10250/TCP'], problem: 'open' } });
    const status = await says('open', 'EgressClosed False/FoundOpen', 'PodReady False/GateFailed');
    const messages = status.conditions?.map(({ message }) => message).join('\n');
    expect(messages).toContain('kubelet 10.0.0.1:10250/TCP');
    expect(status).toMatchObject({ restarts: { count: 1, podUID: first.metadata.uid } });
    expect(status.endTime).toBeUndefined();
    await nextPod('open', first.metadata.uid);
    // What was found stays until another gate has reported.
    await says('open', 'EgressClosed False/FoundOpen');
    await play('open', RUNNING);
    await says('open', 'EgressClosed True/Closed', 'Ready True/Ready');
  });

  test('waits for its role, and runs when that is created', async () => {
    await changeTenant(calls(), 'acme', ({ roles }) => ({
      roles: { ...roles, allowed: [...roles.allowed, 'later'] },
    }));
    await vi.waitFor(() => make('early', { roleRef: { name: 'later' } }), { timeout: 10_000 });
    await says('early', 'RoleResolved False/RoleNotFound', 'PodReady False/Waiting');
    const role = readSampleObject('role-read-only.yaml');
    await controlPlane().apply([{ ...role, metadata: { name: 'later' } }]);
    await nextPod('early');
    await says('early', 'RoleResolved True/Resolved');
  });

  test('keeps the default role that it was given', async () => {
    await make('default', { roleRef: undefined });
    const { metadata } = await nextPod('default');
    expect(metadata.labels).toMatchObject({ 'cloister.dev/role': 'read-only' });
    await says('default', 'RoleResolved True/Resolved');
    await changeTenant(calls(), 'acme', ({ roles }) => ({ roles: { ...roles, default: 'later' } }));
    // The operator hears of tenants and of sandboxes on two watches.
    const tenant = async () => (await calls().read(`${TENANTS}/acme`)).object as Partial<TenantIsolation>;
    await vi.waitFor(
      async () => {
        const { metadata: written, status } = await tenant();
        expect(status?.observedGeneration).toBe(written?.generation);
      },
      { timeout: 10_000 },
    );
    await make('other-default', { roleRef: undefined });
    expect((await nextPod('other-default')).metadata.labels).toMatchObject({ 'cloister.dev/role': 'later' });
    expect((await statusOf('default')).resolvedRole).toMatchObject({ name: 'read-only' });
    expect((await pod('default'))?.metadata.uid).toBe(metadata.uid);
  });

  test('gets another pod when its role changes what a pod is, at once or when its pod is deleted', async () => {
    const atOnce = await run('at-once', { roleRef: { name: 'later' } });
    const waiting = await run('waiting', { roleRef: { name: 'later' }, updatePolicy: 'OnDelete' });
    const sandbox = { runAsUser: 2002 };
    expect((await calls().merge(`${ROLES}/later`, { spec: { sandbox } })).status).toBe(200);
    const replaced = await nextPod('at-once', atOnce);
    expect(replaced.spec).toMatchObject({ securityContext: { runAsUser: 2002 } });
    expect((await pod('waiting'))?.metadata.uid).toBe(waiting);
    await calls().remove(`${podsPath()}/waiting`);
    const later = await nextPod('waiting', waiting);
    expect(later.spec).toMatchObject({ securityContext: { runAsUser: 2002 } });
  });

  test('whose pod the API server refuses says why in its words, and runs when it no longer does', async () => {
    const quota = { metadata: { name: 'none-more' }, spec: { hard: { pods: '1' } } };
    const path = `${NAMESPACE_PATH}/resourcequotas`;
    await calls().create(path, quota);
    // Counts are filled in by a controller, which does not run here.
    await calls().merge(`${path}/none-more/status`, { status: { hard: { pods: '1' }, used: { pods: '1' } } });
    await make('refused');
    const { conditions } = await says('refused', 'PodReady False/Refused');
    expect(conditions?.find(({ type }) => type === 'PodReady')?.message).toContain(
      'exceeded quota: none-more',
    );
    await calls().remove(`${path}/none-more`);
    await nextPod('refused');
  });

  test('that asks for what its role does not grant gets no pod, and is told all of it', async () => {
    const volumes = [{ name: 'home', mountPath: '/home', configMap: { name: 'home' } }];
    await make('wrong', { volumes });
    const { conditions } = await says('wrong', 'PodReady False/Refused');
    const { message = '' } = conditions?.find(({ type }) => type === 'PodReady') ?? {};
    expect(message).toContain('volume-mounts: container "agent", volume "home"');
    expect(await pod('wrong')).toBeUndefined();
  });

  test('mounts nothing writable that it narrows', async () => {
    const volumes = [
      { name: 'reports', mountPath: '/data/reports', persistentVolumeClaim: { claimName: 'r' } },
    ];
    await make('narrow', { volumes, narrow: { tools: ['web_search'] } });
    const { conditions } = await says('narrow', 'PodReady False/Refused');
    expect(conditions?.find(({ type }) => type === 'PodReady')?.message).toContain('grants no paths');
    await changeSandbox('narrow', { narrow: { tools: ['read_file'] } });
    const { spec } = await nextPod('narrow');
    const mount = { name: 'reports', mountPath: '/data/reports', readOnly: true };
    const volumeMounts = expect.arrayContaining([mount]) as unknown;
    expect(spec).toMatchObject({ containers: [{ volumeMounts }] });
  });

  test('loses its pod when its tenant no longer allows its role, and gets another when it does again', async () => {
    const uid = await run('unwanted', { roleRef: { name: 'later' }, restartPolicy: 'Always' });
    await changeTenant(calls(), 'acme', ({ roles }) => ({
      roles: { default: 'read-only', allowed: roles.allowed.filter((role) => role !== 'later') },
    }));
    await says('unwanted', 'RoleResolved False/RoleNotAllowed', 'Ready False/NotReady');
    await isGone(`${podsPath()}/unwanted`);
    await changeTenant(calls(), 'acme', ({ roles }) => ({
      roles: { ...roles, allowed: [...roles.allowed, 'later'] },
    }));
    await nextPod('unwanted', uid);
  });
});
