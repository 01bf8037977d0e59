import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfiguration } from '../../src/operator/configuration.ts';
import { CHECKS } from '../../src/policy/admission/checks/index.ts';
import { evaluateContract } from '../../src/policy/admission/evaluate-contract.ts';
import { createPodSubject } from '../../src/policy/pod/pod-subject.ts';
import { findPod } from '../../src/policy/pod/pod-template.ts';
import { buildReviewContext, buildRolePolicy } from '../build/review-context.ts';
import { CHART, type Helm, prepareHelm } from '../testbed/helm.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';
import { type Manifest, renderChart } from './render-chart.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const controlPlane = useControlPlane();
let helm: Helm;

interface Templated {
  readonly template: {
    readonly spec: { readonly containers: readonly [{ readonly args: readonly string[] }] };
  };
}

const render = (...settings: readonly string[]) => renderChart(helm, settings);

beforeAll(async () => {
  helm = await prepareHelm(controlPlane.kubeconfig);
});
afterAll(() => helm.remove());

describe('the chart', () => {
  test('passes helm lint', async () => {
    const { code, stdout } = await helm.run(['lint', CHART, '--strict', '-n', 'cloister-system']);
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

  const argsOf = (manifests: readonly Manifest[], kind: string, name: string): readonly string[] => {
    const found = manifests.find((one) => one.kind === kind && one.metadata.name === name);
    if (found === undefined) throw new Error(`the chart renders no ${kind} ${name}`);
    return (found['spec'] as Templated).template.spec.containers[0].args;
  };

  test('tells webhook and operator the same start gate, and those of before', async () => {
    const gate = 'registry.example/start-gate';
    const other = `sha256:${'cd'.repeat(32)}`;
    const manifests = await render(
      `startGate.image.repository=${gate}`,
      `startGate.image.digest=${DIGEST}`,
      `startGate.digests={${other},${DIGEST}}`,
    );
    const trusted = `--start-gate-digests=${DIGEST},${other}`;
    expect(argsOf(manifests, 'Deployment', 'cloister-webhook')).toContain(trusted);
    expect(argsOf(manifests, 'Deployment', 'cloister-operator')).toEqual(
      expect.arrayContaining([trusted, `--start-gate-image=${gate}@${DIGEST}`]),
    );
  });

  test('takes the values of a release that knew digests of start gates alone', async () => {
    const manifests = await render(`startGate.digests={${DIGEST}}`);
    expect(argsOf(manifests, 'Deployment', 'cloister-operator')).toEqual(
      expect.arrayContaining(['--start-gate-image=', `--start-gate-digests=${DIGEST}`]),
    );
  });

  test.for([
    ['its own image', [], `registry.example/cloister@${DIGEST}`],
    [
      'another image',
      ['gateway.image.repository=registry.example/gateway'],
      'registry.example/gateway:0.1.0',
    ],
  ] as const)('runs gateways from %s', async ([, settings, image]) => {
    const own = ['image.repository=registry.example/cloister', `image.digest=${DIGEST}`];
    const args = argsOf(await render(...own, ...settings), 'Deployment', 'cloister-operator');
    expect(args).toContain(`--gateway-image=${image}`);
  });

  test.for([
    ['for a year and nowhere else', [], { retentionDays: 365, standardOutput: 'Off' }],
    [
      'for as long as the values say, and in their logs too',
      ['gateway.audit.retentionDays=30', 'gateway.audit.standardOutput=true'],
      { retentionDays: 30, standardOutput: 'On' },
    ],
  ] as const)('has gateways keep the audit %s', async ([, settings, audit]) => {
    const own = ['image.repository=registry.example/cloister', `image.digest=${DIGEST}`];
    const args = argsOf(await render(...own, ...settings), 'Deployment', 'cloister-operator');
    expect(readConfiguration(args, {}).gateway?.audit).toEqual(audit);
  });

  test('starts the operator and its release with settings that they have', async () => {
    const manifests = await render(`startGate.digests={${DIGEST}}`);
    for (const [kind, name] of [
      ['Deployment', 'cloister-operator'],
      ['Job', 'cloister-release'],
    ] as const) {
      const { release } = readConfiguration(argsOf(manifests, kind, name), {});
      expect(release).toBe(kind === 'Job');
    }
  });

  test('leaves what Helm runs at its own time out of the plain manifests', async () => {
    const install = readFileSync(join(CHART, '..', '..', 'manifests', 'install.yaml'), 'utf8');
    expect(install).toContain('kind: Deployment');
    expect(install).not.toContain('kind: Job');
  });

  test('asks for no quota where no program has the priority of the cluster', async () => {
    const manifests = await render('webhook.priorityClassName=ours');
    expect(manifests.some(({ kind }) => kind === 'ResourceQuota')).toBe(false);
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

  test('lets the operator reach the databases that are listed, and no other', async () => {
    const egressOf = (manifests: readonly Manifest[]): readonly object[] => {
      const policy = manifests.find(
        ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'cloister-operator',
      );
      expect(policy).toBeDefined();
      return (policy!['spec'] as { egress: readonly object[] }).egress;
    };
    const settings = ['operator.databases[0].cidr=10.20.0.0/16', 'operator.databases[0].port=5432'];
    const manifests = await render(...settings, 'operator.databaseProbeSeconds=600');
    const added = { to: [{ ipBlock: { cidr: '10.20.0.0/16' } }], ports: [{ protocol: 'TCP', port: 5432 }] };
    const without = egressOf(await render());
    expect(egressOf(manifests)).toEqual(expect.arrayContaining([...without, added]));
    expect(egressOf(manifests)).toHaveLength(without.length + 1);
    const args = argsOf(manifests, 'Deployment', 'cloister-operator');
    expect(readConfiguration(args, {}).databaseProbeSeconds).toBe(600);
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

/** What Cloister's own pods are not held to: they speak to the API server, belong to no role, live on, and are part of the cluster. */
const NOT_HELD_TO = [
  'dns',
  'image-policy',
  'lifetime',
  'priority-class',
  'role',
  'service-account-token',
  'start-gate',
];

describe("Cloister's own pods", () => {
  test.for(['cloister-webhook', 'cloister-operator', 'cloister-release', 'cloister-doctor'])(
    '%s passes the contract but for a literal list',
    async (name) => {
      const manifests = await render(`image.digest=${DIGEST}`);
      const isWorkload = ({ kind }: Manifest) => kind === 'Deployment' || kind === 'Job';
      const workload = manifests.find((one) => isWorkload(one) && one.metadata.name === name);
      const found = findPod(workload ?? {});
      if (found === null) throw new Error(`${name} has no pod template`);
      const role = buildRolePolicy({ runAsUser: 65_532 });
      const context = buildReviewContext({ role, namespace: 'cloister-system' });
      const violations = evaluateContract(CHECKS, createPodSubject(found.pod), context);
      expect(violations.filter(({ check }) => !NOT_HELD_TO.includes(check))).toEqual([]);
      for (const check of NOT_HELD_TO) expect(CHECKS.map((one) => one.name)).toContain(check);
    },
  );
});
