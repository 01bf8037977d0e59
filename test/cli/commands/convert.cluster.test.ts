import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { AgentRole } from '../../../src/api/agent-role.ts';
import { loadSqlParser } from '../../../src/lib/sql-parser.ts';
import { compileCallPolicy } from '../../../src/policy/tools/compile-tools.ts';
import { decideCall } from '../../../src/policy/tools/decide-call.ts';
import { type ClusterCalls, clusterCalls } from '../../e2e/cluster-calls.ts';
import { compliantPod, oversizedPod, podsPath, startGateDigest, writableRootPod } from '../../e2e/samples.ts';
import { KINDS, ROLES, TENANTS } from '../../e2e/tenants.ts';
import { startControlPlane, type StartedControlPlane } from '../../testbed/control-plane.ts';
import { type RunningCloister, startCloister } from '../../testbed/start-cloister.ts';
import { COMPOSE_FILE, CONFIGURATION_FILE } from '../convert/chapter-files.ts';
import { runCommand } from '../run-command.ts';

const NAMESPACE = 'acme-agents';
const PODS = podsPath(NAMESPACE);
const PATIENCE = { timeout: 60_000, interval: 200 };
const OPTIONS = ['--tenant', 'acme', '--image', 'ghcr.io/acme/*', '--model', 'gpt-4o', '--approvers', 'sre'];

let controlPlane: StartedControlPlane;
let cloister: RunningCloister;
let calls: ClusterCalls;
let printed = '';

const apply = (text: string) =>
  controlPlane.kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], { input: text });

/** Objects of the kind with their specs and the reasons of their conditions. */
async function list(
  path: string,
): Promise<readonly { name: string; resourceVersion: string; spec: object; reasons: string[] }[]> {
  const { object } = await calls.read(path);
  const items = object['items'] as {
    metadata: { name: string; resourceVersion: string };
    spec: object;
    status?: { conditions?: { reason: string }[] };
  }[];
  return items.map(({ metadata, spec, status }) => ({
    name: metadata.name,
    resourceVersion: metadata.resourceVersion,
    spec,
    reasons: (status?.conditions ?? []).map(({ reason }) => reason),
  }));
}

beforeAll(async () => {
  controlPlane = await startControlPlane();
  calls = clusterCalls(controlPlane);
  cloister = await startCloister(controlPlane, { startGateDigests: [startGateDigest()] });
  const converted = await runCommand(['convert', CONFIGURATION_FILE, '--compose', COMPOSE_FILE, ...OPTIONS]);
  printed = converted.out;
  const metadata = { name: NAMESPACE };
  await controlPlane.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata }]);
  expect(await apply(printed)).toMatchObject({ code: 0 });
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'hermes', namespace: NAMESPACE },
  };
  await controlPlane.apply([account]);
  await vi.waitFor(async () => expect((await list(TENANTS))[0]?.reasons).toContain('Enrolled'), PATIENCE);
  // The webhook knows the role a moment after the API server does.
  await vi.waitFor(async () => {
    const { message } = await calls.create(`${PODS}?dryRun=All`, oversizedPod('first'));
    expect(message).toContain('resource-limits:');
  }, PATIENCE);
});
afterAll(async () => {
  await cloister?.stop();
  await controlPlane?.stop();
});

test('the operator accepts every role that the configuration becomes', async () => {
  await vi.waitFor(async () => {
    const roles = await list(ROLES);
    expect(roles.map(({ name }) => name)).toEqual(['data-analyst', 'devops', 'read-only']);
    expect(roles.every(({ reasons }) => reasons.includes('Valid'))).toBe(true);
  }, PATIENCE);
});

test('the same file applied again writes nothing', async () => {
  const before = await list(ROLES);
  expect(await apply(printed)).toMatchObject({ code: 0 });
  expect((await list(ROLES)).map(({ resourceVersion }) => resourceVersion)).toEqual(
    before.map(({ resourceVersion }) => resourceVersion),
  );
});

test('a pod that meets the contract of a converted role is admitted, and others are refused', async () => {
  // The role of the chapter mounts no more than its paths, has two gibibytes and a root file system that is read-only.
  expect((await calls.create(`${PODS}?dryRun=All`, compliantPod('good'))).message).toBe('');
  for (const [pod, check] of [
    [writableRootPod('writable'), 'read-only-root-filesystem'],
    [oversizedPod('oversized'), 'resource-limits'],
    [compliantPod('foreign', { '/metadata/labels/cloister.dev~1role': 'nobody' }), 'role'],
  ] as const) {
    const { status, message } = await calls.create(PODS, pod);
    expect([403, 422]).toContain(status);
    expect(message).toContain(check);
  }
});

test('a sandbox that names no role gets the default role of the chapter', async () => {
  const image = `ghcr.io/acme/hermes@sha256:${'6f'.repeat(32)}`;
  const { status, message } = await calls.create(`${KINDS}/namespaces/${NAMESPACE}/agentsandboxes`, {
    apiVersion: 'cloister.dev/v1alpha1',
    kind: 'AgentSandbox',
    metadata: { name: 'reader' },
    spec: { image, resources: { limits: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '512Mi' } } },
  });
  expect([status, message]).toEqual([201, '']);
  await vi.waitFor(async () => {
    const { object } = await calls.read(`${KINDS}/namespaces/${NAMESPACE}/agentsandboxes/reader`);
    expect(object['status']).toMatchObject({ resolvedRole: { name: 'read-only' } });
  }, PATIENCE);
});

test('calls are decided by the stored roles as the chapter means them', async () => {
  const parser = await loadSqlParser();
  const roles = new Map((await list(ROLES)).map(({ name, spec }) => [name, spec as AgentRole['spec']]));
  const decide = (role: string, tool: string, args: object): string => {
    const spec = roles.get(role);
    if (spec === undefined) throw new Error(`no role ${role}`);
    const { decision } = decideCall(compileCallPolicy(spec, role, parser), { tool, arguments: args });
    return decision.effect === 'Allow' ? 'Allow' : decision.reason;
  };
  expect(decide('data-analyst', 'read_file', { path: '/data/reports/a.csv' })).toBe('Allow');
  expect(decide('data-analyst', 'read_file', { path: '/data/reports-evil/a.csv' })).toBe('PathNotAllowed');
  expect(
    decide('data-analyst', 'execute_sql', {
      query: 'WITH x AS (DELETE FROM public.agent_conversations RETURNING 1) SELECT 1 FROM x',
    }),
  ).toBe('StatementNotAllowed');
  expect(decide('devops', 'execute_bash', { command: 'uptime' })).toBe('ConfirmationRequired');
  expect(decide('read-only', 'execute_bash', { command: 'uptime' })).toBe('ToolNotAllowed');
});
