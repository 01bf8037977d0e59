import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readDocuments } from '../../../src/lib/yaml/read-documents.ts';
import { runCommand, SAMPLES, TENANT_WITH_STATUS, writeFiles } from '../run-command.ts';

const ROLES = ['-f', `${SAMPLES}/role-data-analyst.yaml`, '-f', `${SAMPLES}/role-read-only.yaml`];
const SANDBOX = readFileSync(`${SAMPLES}/sandbox-hermes.yaml`, 'utf8');
const START_GATE = `packages.example.com/cloister/start-gate@sha256:${'c3'.repeat(32)}`;
const IMAGES = ['--start-gate-image', START_GATE, '--gateway-image', 'packages.example.com/cloister:1'];

const renderFiles = (files: Readonly<Record<string, string>>, ...flags: readonly string[]) =>
  runCommand(['render', '-f', writeFiles(files), ...ROLES, ...IMAGES, ...flags]);

interface Printed {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations: Readonly<Record<string, string>>;
    readonly ownerReferences: readonly { readonly uid: string }[];
  };
  readonly data: Readonly<Record<string, string>>;
  readonly spec: {
    readonly hostAliases?: unknown;
    readonly initContainers?: readonly { readonly image: string }[];
  };
}

function objectsOf(text: string): Printed[] {
  return [...readDocuments(text, { file: 'out' })].flatMap((one) =>
    'object' in one ? [one.object as unknown as Printed] : [],
  );
}

const nameOf = ({ kind, metadata }: Printed): string =>
  [kind, [metadata.namespace, metadata.name].filter(Boolean).join('/')].join(' ');

describe('cloister render', () => {
  test('prints what a tenant and a sandbox become, in the order of the operator', async () => {
    const { code, out, error } = await renderFiles({ '1.yaml': TENANT_WITH_STATUS, '2.yaml': SANDBOX });
    expect(error).toBe('');
    expect(code).toBe(0);
    expect(objectsOf(out).map(nameOf)).toEqual([
      'Namespace acme-agents',
      'NetworkPolicy acme-agents/cloister-default-deny',
      'NetworkPolicy acme-agents/cloister-allow-gateway',
      'RoleBinding acme-agents/cloister-operator-secrets',
      'RoleBinding acme-agents/cloister-gateway-pods',
      'ConfigMap acme-agents/cloister-ca',
      'ResourceQuota acme-agents/cloister-quota',
      'Secret acme-agents/cloister-proxy-r-data-analyst',
      'Secret acme-agents/cloister-proxy-r-read-only',
      'Namespace cloister-t-acme',
      'ResourceQuota cloister-t-acme/cloister-quota',
      'RoleBinding cloister-t-acme/cloister-operator-secrets',
      'RoleBinding cloister-t-acme/cloister-gateway',
      'Role cloister-t-acme/cloister-gateway-secrets',
      'RoleBinding cloister-t-acme/cloister-gateway-secrets',
      'Secret cloister-t-acme/cloister-gateway-authority',
      'Secret cloister-t-acme/cloister-gateway-certificate',
      'Secret cloister-t-acme/cloister-audit-key',
      'ConfigMap cloister-t-acme/cloister-gate',
      'ServiceAccount cloister-t-acme/cloister-gateway',
      'Service cloister-t-acme/cloister-gateway',
      'PodDisruptionBudget cloister-t-acme/cloister-gateway',
      'NetworkPolicy cloister-t-acme/cloister-gateway',
      'StatefulSet cloister-t-acme/cloister-gateway',
      'ServiceAccount acme-agents/cloister-s-hermes',
      'Secret acme-agents/cloister-proxy-s-hermes',
      'Pod acme-agents/hermes',
    ]);
    const pod = objectsOf(out).at(-1);
    expect(pod?.spec.hostAliases).toEqual([{ ip: '10.96.0.50', hostnames: ['cloister-gateway'] }]);
    expect(pod?.spec.initContainers?.[0]?.image).toBe(START_GATE);
  });

  test('prints the same objects as JSON', async () => {
    const files = { '1.yaml': TENANT_WITH_STATUS, '2.yaml': SANDBOX };
    const yaml = await renderFiles(files);
    const json = await renderFiles(files, '-o', 'json');
    expect(JSON.parse(json.out)).toEqual({ apiVersion: 'v1', kind: 'List', items: objectsOf(yaml.out) });
  });

  test('writes a placeholder for every value of a Secret, and for what depends on the cluster', async () => {
    const { out } = await renderFiles({ '1.yaml': TENANT_WITH_STATUS, '2.yaml': SANDBOX });
    const secrets = objectsOf(out).filter(({ kind }) => kind === 'Secret');
    expect(secrets).toHaveLength(6);
    for (const { data } of secrets) {
      for (const value of Object.values(data)) expect(value).toMatch(/^<placeholder: .+>$/);
    }
    const metadata = objectsOf(out).at(-1)?.metadata;
    expect(metadata?.ownerReferences[0]?.uid).toBe('<placeholder: UID of the AgentSandbox>');
    expect(metadata?.annotations['cloister.dev/policy-hash']).toBe('<placeholder: SHA-256 of the pod>');
  });

  test('knows the hash of a sandbox that is on the cluster', async () => {
    const stored = SANDBOX.replace(
      'name: hermes\n',
      'name: hermes\n  uid: 4c6c1e4a-0000-4000-8000-000000000001\n',
    );
    const { out } = await renderFiles({ '1.yaml': TENANT_WITH_STATUS, '2.yaml': stored });
    const metadata = objectsOf(out).at(-1)?.metadata;
    expect(metadata?.ownerReferences[0]?.uid).toBe('4c6c1e4a-0000-4000-8000-000000000001');
    expect(metadata?.annotations['cloister.dev/policy-hash']).toMatch(/^[0-9a-f]{64}$/);
  });

  test('says what the input lacks, and renders the rest', async () => {
    const tenant = `${SAMPLES}/tenant-acme.yaml`;
    const files = [
      '-f',
      tenant,
      '-f',
      `${SAMPLES}/role-data-analyst.yaml`,
      '-f',
      `${SAMPLES}/sandbox-hermes.yaml`,
    ];
    const { code, out, error } = await runCommand(['render', ...files]);
    expect(code).toBe(1);
    expect(objectsOf(out).map(nameOf)).toContain('Pod acme-agents/hermes');
    expect(error).toContain('The input has no AgentRole "read-only"');
    expect(error).toContain('must name the addresses of cloister-gateway');
    expect(error).toContain('Name the start gate of your installation with --start-gate-image.');
    expect(out).toContain('<placeholder: image of the gateway; give --gateway-image>');
  });

  test('takes the namespace of a sandbox that names none from --namespace', async () => {
    const files = {
      '1.yaml': TENANT_WITH_STATUS,
      '2.yaml': SANDBOX.replace('  namespace: acme-agents\n', ''),
    };
    const { code, out } = await renderFiles(files, '-n', 'acme-agents');
    expect(code).toBe(0);
    expect(objectsOf(out).map(nameOf)).toContain('Pod acme-agents/hermes');
  });
});

describe('a sandbox that gets no pod becomes nothing, with the words of the cluster', () => {
  const tenantWithoutDefault = TENANT_WITH_STATUS.replace('    default: read-only\n', '');
  test.for([
    [
      'a role that does not exist',
      TENANT_WITH_STATUS.replace('data-analyst, ', 'ghost, data-analyst, '),
      SANDBOX.replace('data-analyst', 'ghost'),
      'RoleResolved is False (RoleNotFound): AgentRole "ghost" does not exist. Create it.',
    ],
    [
      'a role that the tenant does not allow',
      TENANT_WITH_STATUS,
      SANDBOX.replace('data-analyst', 'devops'),
      'RoleResolved is False (RoleNotAllowed): Tenant "acme" does not allow role "devops".',
    ],
    [
      'no role and no default',
      tenantWithoutDefault,
      SANDBOX.replace(/  roleRef.*\n/, ''),
      'RoleResolved is False (NoDefaultRole): spec.roleRef is not set, and tenant "acme" has no default role.',
    ],
    [
      'a namespace of no tenant',
      TENANT_WITH_STATUS,
      SANDBOX.replace('acme-agents', 'elsewhere'),
      'RoleResolved is False (NotEnrolled): Namespace "elsewhere" belongs to no tenant.',
    ],
    [
      'a tenant whose gateway has no address',
      TENANT_WITH_STATUS.replace('[10.96.0.50]', '[]'),
      SANDBOX,
      'PodReady is False (Waiting): The gateway of the tenant has no address yet',
    ],
    [
      'a sandbox that was stopped',
      TENANT_WITH_STATUS,
      SANDBOX.replace('spec:\n', 'spec:\n  state: Stopped\n'),
      'PodReady is False (Stopped): The sandbox was stopped.',
    ],
    [
      'a mount that the role does not grant',
      TENANT_WITH_STATUS,
      SANDBOX.replace('/data/reports', '/srv/secret'),
      'PodReady is False (Refused): pod "hermes" in namespace "acme-agents" is refused, 1 violation:\n  - volume-mounts: ',
    ],
    [
      'more than the role grants',
      TENANT_WITH_STATUS,
      SANDBOX.replace('memory: 1Gi', 'memory: 900Gi'),
      'AgentSandbox "hermes" in namespace "acme-agents" is refused, 1 violation:\n  - spec.resources.limits.memory is "900Gi"',
    ],
  ] as const)('%s', async ([, tenant, sandbox, words]) => {
    const folder = writeFiles({ 'tenant.yaml': tenant, 'sandbox.yaml': sandbox });
    const { code, out, error } = await runCommand(['render', '-f', folder, ...ROLES, ...IMAGES]);
    expect(error).toContain(words);
    expect(code).toBe(1);
    expect(out).not.toContain('kind: Pod\n');
    expect(out).not.toContain('cloister-s-hermes');
  });

  test('and a tenant that the webhook refuses becomes nothing too', async () => {
    const ended = `{namespace: acme-agents, serviceAccount: a, images: [sha256:${'0'.repeat(64)}], checks: [privileged], reason: old, expirationTime: "2020-01-01T00:00:00Z"}`;
    const tenant = TENANT_WITH_STATUS.replace('roles:\n', `exemptions: [${ended}]\n  roles:\n`);
    const { code, out, error } = await renderFiles({ 'tenant.yaml': tenant });
    expect(error).toContain('TenantIsolation "acme" is refused');
    expect({ code, out }).toEqual({ code: 1, out: '' });
  });
});

describe('what cannot be rendered is unusable', () => {
  test.for([
    ['no sandbox and no tenant', {}, 'the input holds no AgentSandbox and no TenantIsolation'],
    [
      'a sandbox without a namespace',
      { 'a.yaml': SANDBOX.replace('  namespace: acme-agents\n', '') },
      'metadata.namespace is not set; set it, or give --namespace',
    ],
    [
      'a sandbox that the API server rejects',
      { 'a.yaml': SANDBOX.replace('args:', 'argz:') },
      'this AgentSandbox cannot be used',
    ],
    [
      'a tenant that is there twice',
      { 'a.yaml': TENANT_WITH_STATUS, 'b.yaml': TENANT_WITH_STATUS },
      'is used instead; remove one of them',
    ],
    ['text that is no YAML', { 'a.yaml': 'kind: [' }, 'cannot be rendered'],
  ] as const)('%s', async ([, files, words]) => {
    const given = Object.keys(files).length === 0 ? [] : ['-f', writeFiles(files)];
    const { code, error } = await runCommand(['render', ...ROLES, ...given]);
    expect(error).toContain(words);
    expect(code).toBe(2);
  });

  test('a start gate that is not named by digest is refused', async () => {
    const { code, error } = await runCommand(['render', ...ROLES, '--start-gate-image', 'gate:1']);
    expect(error).toContain('Name it by digest');
    expect(code).toBe(2);
  });
});
