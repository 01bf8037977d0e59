import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfiguration } from '../../src/operator/configuration.ts';
import { CHECKS } from '../../src/policy/admission/checks/index.ts';
import { evaluateContract } from '../../src/policy/admission/evaluate-contract.ts';
import { createPodSubject } from '../../src/policy/pod/pod-subject.ts';
import { findPod } from '../../src/policy/pod/pod-template.ts';
import { buildReviewContext, buildRolePolicy } from '../build/review-context.ts';
import { type Helm, prepareHelm } from '../testbed/helm.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';
import { type Manifest, renderChart, templateChart } from './render-chart.ts';

const ADDRESS = 'https://vault.example.com:8200';
const BUNDLE = '-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----';
const controlPlane = useControlPlane();
let helm: Helm;

interface Template {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly volumes?: readonly unknown[];
    readonly containers: readonly [{ readonly args: readonly string[]; readonly volumeMounts?: unknown }];
  };
}

beforeAll(async () => {
  helm = await prepareHelm(controlPlane.kubeconfig);
});
afterAll(() => helm.remove());

const render = (...settings: readonly string[]) => renderChart(helm, settings);
const find = (manifests: readonly Manifest[], kind: string, name: string): Manifest => {
  const found = manifests.find((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined) throw new Error(`the chart renders no ${kind} ${name}`);
  return found;
};
const templateOf = (manifest: Manifest): Template => (manifest['spec'] as { template: Template }).template;

/** What logs in to Vault: the operator, and what takes everything away before the release is deleted. */
const PROGRAMS = [
  ['Deployment', 'cloister-operator'],
  ['Job', 'cloister-release'],
] as const;

const TOKEN_VOLUME = {
  name: 'vault-token',
  projected: {
    sources: [{ serviceAccountToken: { audience: 'vault', expirationSeconds: 600, path: 'token' } }],
  },
};

describe.for(PROGRAMS)('%s %s', ([kind, name]) => {
  test('has nothing of Vault without an address', async () => {
    const { metadata, spec } = templateOf(find(await render(), kind, name));
    expect(JSON.stringify([metadata, spec])).not.toContain('vault');
    expect(readConfiguration(spec.containers[0].args, {}).vault).toBe(null);
  });

  test('reads the token where it is mounted, and trusts what Node trusts', async () => {
    const { spec } = templateOf(find(await render(`vault.address=${ADDRESS}/`), kind, name));
    expect(readConfiguration(spec.containers[0].args, {}).vault).toEqual({
      address: ADDRESS,
      authorityFile: null,
      authMount: 'kubernetes',
      role: 'operator-cloister',
      namespace: null,
      tokenFile: '/var/run/secrets/cloister.dev/vault/token',
    });
    expect(spec.volumes).toEqual([TOKEN_VOLUME]);
    expect(spec.containers[0].volumeMounts).toEqual([
      { name: 'vault-token', mountPath: '/var/run/secrets/cloister.dev/vault', readOnly: true },
    ]);
  });

  test('has the certificates where it reads them, and is replaced when they are', async () => {
    const values = ['vault.authMount=team/k8s', 'vault.role=ops', 'vault.namespace=admin/acme'];
    const manifests = await render(`vault.address=${ADDRESS}`, `vault.caBundle=${BUNDLE}`, ...values);
    const { metadata, spec } = templateOf(find(manifests, kind, name));
    expect(readConfiguration(spec.containers[0].args, {}).vault).toMatchObject({
      authorityFile: '/etc/cloister-vault/ca.crt',
      authMount: 'team/k8s',
      role: 'ops',
      namespace: 'admin/acme',
    });
    expect(spec.volumes).toContainEqual({ name: 'vault-ca', configMap: { name: 'cloister-vault-ca' } });
    expect(find(manifests, 'ConfigMap', 'cloister-vault-ca')).toHaveProperty(['data', 'ca.crt']);
    if (kind === 'Job') return;
    const other = await render(`vault.address=${ADDRESS}`, `vault.caBundle=${BUNDLE}x`);
    expect(metadata.annotations).toEqual({ 'checksum/vault-ca': expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(templateOf(find(other, kind, name)).metadata.annotations).not.toEqual(metadata.annotations);
  });

  test('still passes the contract but for what holds without Vault', async () => {
    const checksOf = async (...settings: readonly string[]): Promise<readonly string[]> => {
      const found = findPod(find(await render(...settings), kind, name));
      if (found === null) throw new Error(`${name} has no pod template`);
      const context = buildReviewContext({
        role: buildRolePolicy({ runAsUser: 65_532 }),
        namespace: 'cloister-system',
      });
      const violations = evaluateContract(CHECKS, createPodSubject(found.pod), context);
      return [...new Set(violations.map(({ check }) => check))].sort();
    };
    const without = await checksOf();
    const added = await checksOf(`vault.address=${ADDRESS}`, `vault.caBundle=${BUNDLE}`);
    // No agent may have a token of audience vault, a path that no role grants, or an annotation that no role lets it carry.
    const notHeldTo = ['annotations', 'service-account-token', 'volume-mounts'];
    expect(added.filter((check) => ![...without, ...notHeldTo].includes(check))).toEqual([]);
  });
});

test.for([
  ['https://vault.example.com', [443, 8200]],
  ['https://vault.example.com:8200', [8200]],
  ['https://[2001:db8::1]:8443', [8443, 8200]],
] as const)('the operator may reach Vault at %s', async ([address, ports]) => {
  const policy = find(await render(`vault.address=${address}`), 'NetworkPolicy', 'cloister-operator');
  const { egress } = policy['spec'] as { egress: { ports: { protocol: string; port: number }[] }[] };
  expect(egress).toContainEqual({ ports: ports.map((port) => ({ protocol: 'TCP', port })) });
  const without = find(await render(), 'NetworkPolicy', 'cloister-operator')['spec'] as { egress: unknown[] };
  expect(egress).toHaveLength(without.egress.length + 1);
});

test.for([
  [
    'an address without TLS',
    ['vault.address=http://vault.example.com:8200'],
    'vault.address is "http://vault.example.com:8200"; must be https://HOST or https://HOST:PORT',
  ],
  ['an address with a path', [`vault.address=${ADDRESS}/v1`], '/v1"; must be https://HOST'],
  ['an address without a scheme', ['vault.address=vault:8200'], 'vault.address is "vault:8200"'],
  ['a port that there is not', ['vault.address=https://vault:70000'], 'a port is a number from 1 to 65535'],
  ['certificates without an address', [`vault.caBundle=${BUNDLE}`], 'vault.caBundle is. Set it too'],
  ['a namespace without an address', ['vault.namespace=acme'], 'vault.namespace is acme. Set it too'],
  [
    'certificates that are none',
    [`vault.address=${ADDRESS}`, 'vault.caBundle=/etc/ca.crt'],
    'vault.caBundle holds no certificate in PEM',
  ],
  [
    'a role that the operator may change',
    [`vault.address=${ADDRESS}`, 'vault.role=cloister.acme'],
    'names that begin with cloister. are those of sandboxes',
  ],
  [
    'a mount with a slash at its end',
    ['vault.authMount=kubernetes/'],
    'vault.authMount is "kubernetes/"; must be',
  ],
  ['no mount', ['vault.authMount='], 'vault.authMount is ""; must be'],
  ['a mount by null', ['vault.authMount=null'], 'authMount'],
  ['no role', ['vault.role='], 'vault.role is ""; must be'],
  ['a namespace with a slash', [`vault.address=${ADDRESS}`, 'vault.namespace=a/'], 'vault.namespace is "a/"'],
  [
    'certificates that are cut off',
    [`vault.address=${ADDRESS}`, 'vault.caBundle=-----BEGIN CERTIFICATE-----\\n…'],
    'vault.caBundle has a certificate that is cut off',
  ],
  ['an unknown value', ['vault.token=a'], "additional properties 'token' not allowed"],
] as const)('the chart refuses %s', async ([, settings, message]) => {
  const { code, stderr } = await templateChart(helm, settings);
  expect(code).not.toBe(0);
  expect(stderr).toContain(message);
});
