import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDocuments } from '../../src/lib/yaml/read-documents.ts';
import { CHECKS } from '../../src/policy/admission/checks/index.ts';
import { evaluateContract } from '../../src/policy/admission/evaluate-contract.ts';
import { createPodSubject } from '../../src/policy/pod/pod-subject.ts';
import { findPod } from '../../src/policy/pod/pod-template.ts';
import { buildReviewContext, buildRolePolicy } from '../build/review-context.ts';
import { providePrograms } from '../testbed/provide-programs.ts';
import { runCommand } from '../testbed/run-command.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';

const CHART = join(import.meta.dirname, '..', '..', 'charts', 'cloister');
const DIGEST = `sha256:${'ab'.repeat(32)}`;
const controlPlane = useControlPlane();
const home = mkdtempSync(join(tmpdir(), 'cloister-chart-'));
let helm = '';

type Manifest = Record<string, unknown> & { kind: string; metadata: { name: string; namespace?: string } };

async function runHelm(args: readonly string[]) {
  return runCommand({
    program: helm,
    args,
    environment: { HOME: home, KUBECONFIG: controlPlane.kubeconfig },
  });
}

async function render(...settings: readonly string[]): Promise<Manifest[]> {
  const flags = settings.flatMap((setting) => ['--set', setting]);
  const { code, stdout, stderr } = await runHelm([
    'template',
    'cloister',
    CHART,
    '-n',
    'cloister-system',
    ...flags,
  ]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return [...readDocuments(stdout, { file: 'chart' })].map((document) => {
    if ('error' in document) throw new Error(document.error);
    return document.object as Manifest;
  });
}

beforeAll(async () => {
  helm = (await providePrograms(['helm'])).path('helm');
});
afterAll(() => rm(home, { recursive: true, force: true }));

describe('the chart', () => {
  test('passes helm lint', async () => {
    const { code, stdout } = await runHelm(['lint', CHART, '--strict', '-n', 'cloister-system']);
    expect(stdout).toContain('0 chart(s) failed');
    expect(code).toBe(0);
  });

  test('renders these objects with its defaults', async () => {
    const names = (await render()).map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(names.sort()).toMatchSnapshot();
  });

  test('leaves caBundle out, so that an upgrade never takes back what the webhook wrote', async () => {
    const registrations = (await render()).filter(({ kind }) => kind.endsWith('WebhookConfiguration'));
    expect(registrations).toHaveLength(2);
    expect(JSON.stringify(registrations)).not.toContain('caBundle');
  });

  test('reaches the webhook by URL on a cluster without nodes', async () => {
    const manifests = await render('webhook.url=https://127.0.0.1:9443', 'webhook.replicas=0');
    const registrations = manifests.filter(({ kind }) => kind.endsWith('WebhookConfiguration'));
    const targets = registrations.flatMap(({ webhooks }) =>
      (webhooks as { clientConfig: { url?: string } }[]).map(({ clientConfig }) => clientConfig.url),
    );
    expect(new Set(targets)).toEqual(
      new Set(['https://127.0.0.1:9443/explain', 'https://127.0.0.1:9443/decide']),
    );
    expect(manifests.some(({ kind }) => kind === 'Service')).toBe(false);
  });

  test.for([
    ['another namespace', ['-n', 'elsewhere'], 'has to be installed in namespace cloister-system'],
    ['an unknown value', ['-n', 'cloister-system', '--set', 'webhok.replicas=1'], 'webhok'],
    [
      'a start gate without a digest',
      ['-n', 'cloister-system', '--set', 'startGate.digests={latest}'],
      'startGate',
    ],
    [
      'a grace period above 30 s',
      ['-n', 'cloister-system', '--set', 'terminationGracePeriodSeconds=60'],
      'terminationGracePeriodSeconds',
    ],
    [
      'a grace period shorter than draining takes',
      ['-n', 'cloister-system', '--set', 'webhook.drainSeconds=20,webhook.timeoutSeconds=15'],
      'terminationGracePeriodSeconds is 30, but a webhook that stops needs 35 s',
    ],
    [
      'a start gate that is not pinned',
      ['-n', 'cloister-system', '--set', 'startGate.image.repository=registry.example/gate'],
      'startGate.image.digest is not set, but startGate.image.repository is registry.example/gate',
    ],
    [
      'a start gate from nowhere',
      ['-n', 'cloister-system', '--set', `startGate.image.digest=${DIGEST}`],
      'startGate.image.repository is not set',
    ],
    [
      'a gateway image from nowhere',
      ['-n', 'cloister-system', '--set', `gateway.image.digest=${DIGEST}`],
      'gateway.image.repository is not set',
    ],
    ['an old cluster', ['-n', 'cloister-system', '--kube-version', '1.35.0'], 'kubeVersion'],
  ] as const)('refuses %s', async ([, args, message]) => {
    const { code, stderr } = await runHelm(['template', 'cloister', CHART, ...args]);
    expect(code).not.toBe(0);
    expect(stderr).toContain(message);
  });

  test('lets both programs reach the API server where it listens', async () => {
    const manifests = await render('networkPolicy.apiServerPorts={8443}');
    const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy');
    expect(policies).toHaveLength(2);
    for (const { spec } of policies) {
      const { egress } = spec as { egress: { ports: unknown[] }[] };
      expect(egress[0]?.ports).toEqual([{ protocol: 'TCP', port: 8443 }]);
    }
  });

  test('gives no right that aggregates to edit, no wildcard, and no Secrets of the whole cluster', async () => {
    const manifests = await render();
    const bound = manifests.flatMap(({ kind, roleRef }) =>
      kind.endsWith('RoleBinding') ? (roleRef as { name: string }).name : [],
    );
    expect(bound).not.toContain('cloister-operator-secrets');
    for (const { kind, metadata, rules } of manifests) {
      if (kind !== 'ClusterRole' || metadata.name === 'cloister-operator-secrets') continue;
      expect(metadata).not.toHaveProperty('labels.rbac.authorization.k8s.io/aggregate-to-edit');
      for (const rule of rules as { verbs: string[]; resources: string[]; apiGroups: string[] }[]) {
        expect([...rule.verbs, ...rule.resources, ...rule.apiGroups]).not.toContain('*');
        expect(rule.resources).not.toContain('secrets');
      }
    }
  });

  test('is accepted whole by the API server', async () => {
    await controlPlane.kubectl(['create', 'namespace', 'cloister-system']);
    const manifests = await render();
    const isEarly = ({ kind }: Manifest) => kind === 'CustomResourceDefinition';
    await controlPlane.apply(manifests.filter(isEarly));
    const rest = {
      apiVersion: 'v1',
      kind: 'List',
      items: manifests.filter((manifest) => !isEarly(manifest)),
    };
    const args = ['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-'];
    const { code, stderr } = await controlPlane.kubectl(args, { input: JSON.stringify(rest) });
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });
});

/** What Cloister's own pods are not held to: they speak to the API server, belong to no role, and live on. */
const NOT_HELD_TO = ['dns', 'image-policy', 'lifetime', 'role', 'service-account-token', 'start-gate'];

describe("Cloister's own pods", () => {
  test.for(['cloister-webhook', 'cloister-operator'])(
    '%s passes the contract but for a literal list',
    async (name) => {
      const manifests = await render(`image.digest=${DIGEST}`);
      const deployment = manifests.find((one) => one.kind === 'Deployment' && one.metadata.name === name);
      const found = findPod(deployment ?? {});
      if (found === null) throw new Error(`${name} has no pod template`);
      const role = buildRolePolicy({ runAsUser: 65_532 });
      const context = buildReviewContext({ role, namespace: 'cloister-system' });
      const violations = evaluateContract(CHECKS, createPodSubject(found.pod), context);
      expect(violations.filter(({ check }) => !NOT_HELD_TO.includes(check))).toEqual([]);
      for (const check of NOT_HELD_TO) expect(CHECKS.map((one) => one.name)).toContain(check);
    },
  );
});
