import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { useCloister } from '../../e2e/use-cloister.ts';
import { runCommand } from '../run-command.ts';

const NAMESPACE = 'acme-agents';
const IMAGE = `ghcr.io/acme/hermes@sha256:${'6f'.repeat(32)}`;
const cloister = useCloister();

const get = (...args: readonly string[]) =>
  runCommand(['get', ...args, '--kubeconfig', cloister.controlPlane.kubeconfig], { now: Date.now });

beforeAll(async () => {
  const sandbox = {
    apiVersion: 'cloister.dev/v1alpha1',
    kind: 'AgentSandbox',
    metadata: { name: 'waits', namespace: NAMESPACE },
    spec: {
      image: IMAGE,
      roleRef: { name: 'data-analyst' },
      lifetimeSeconds: 600,
      resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } },
    },
  };
  await cloister.controlPlane.apply([sandbox]);
  await vi.waitFor(
    async () => expect((await get('sandboxes', '-n', NAMESPACE)).out).toMatch(/RoleNotFound|Waiting|Refused/),
    { timeout: 30_000, interval: 300 },
  );
});

describe('cloister get', () => {
  test('lists sandboxes with role and age, and says what is not ready and why', async () => {
    const { code, out, error } = await get('sandboxes', '-n', NAMESPACE);
    expect(error).toBe('');
    expect(code).toBe(0);
    expect(out).toMatch(/^NAME +READY +REASON +ROLE +POD +AGE\nwaits +False +\w+ +data-analyst +- +\d+s\n/);
    expect(out).toMatch(/\nNot ready:\n {2}acme-agents\/waits: \w+ \(\w+\): \S.+\n/);
  });

  test('lists those of all namespaces with -A, and without it those of the context', async () => {
    expect((await get('sandboxes', '-A')).out).toMatch(/^NAMESPACE +NAME .*\nacme-agents +waits /);
    expect(await get('sandboxes')).toMatchObject({ code: 0, out: '', error: 'none found\n' });
    const file = join(cloister.controlPlane.connection.folder, 'acme.kubeconfig');
    const { stdout } = await cloister.controlPlane.kubectl(['config', 'view', '--raw', '--flatten']);
    writeFileSync(file, stdout);
    const context = [
      'config',
      'set-context',
      '--current',
      `--namespace=${NAMESPACE}`,
      `--kubeconfig=${file}`,
    ];
    expect(await cloister.controlPlane.kubectl(context)).toMatchObject({ code: 0 });
    const { out } = await runCommand(['get', 'sandboxes', '--kubeconfig', file], { now: Date.now });
    expect(out).toMatch(/\nwaits /);
  });

  test('names a namespace that does not exist', async () => {
    expect(await get('sandboxes', '-n', 'nowhere')).toMatchObject({
      code: 2,
      out: '',
      error: 'error: Namespace "nowhere" does not exist; correct --namespace, or the current context\n',
    });
  });

  test('lists tenants and roles', async () => {
    expect((await get('tenants')).out).toMatch(/^NAME +READY +REASON +NAMESPACES +GATEWAY +AGE\nacme /);
    expect((await get('roles', '-o', 'wide')).out).toMatch(/^NAME +ACCEPTED .*DESCRIPTION +CONDITIONS\n/);
  });

  test('prints whole objects as JSON and YAML, without their writers', async () => {
    const json = await get('sandboxes', 'waits', '-n', NAMESPACE, '-o', 'json');
    const list = JSON.parse(json.out) as { items: Record<string, unknown>[] };
    expect(list).toMatchObject({
      kind: 'List',
      items: [{ apiVersion: 'cloister.dev/v1alpha1', kind: 'AgentSandbox', spec: { image: IMAGE } }],
    });
    expect(json.out).not.toContain('managedFields');
    const yaml = await get('tenants', '-o', 'yaml');
    expect(yaml.out).toContain('kind: TenantIsolation\n');
  });

  test('names what does not exist, and is unusable then', async () => {
    const { code, error } = await get('sandboxes', 'ghost', '-n', NAMESPACE);
    expect(error).toContain('AgentSandbox "ghost" in namespace "acme-agents" does not exist');
    expect(code).toBe(2);
  });

  test('is unusable where the user may not list', async () => {
    const file = cloister.controlPlane.kubeconfigFor('nobody');
    const { code, error } = await runCommand(['get', 'tenants', '--kubeconfig', file]);
    expect(error).toContain('cannot list resource');
    expect(code).toBe(2);
  });
});
