import { describe, expect, test } from 'vitest';
import {
  type GatewaySettings,
  type GatewayShape,
  gatewayStatefulSet,
} from '../../../src/render/tenant/gateway-stateful-set.ts';

const VAULT = { address: 'https://vault.vault.svc:443', authority: 'certificate' };

interface Rendered {
  readonly replicas: number;
  readonly podManagementPolicy: string;
  readonly volumeClaimTemplates?: readonly { readonly spec: Readonly<Record<string, unknown>> }[];
  readonly template: {
    readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
    readonly spec: Readonly<Record<string, unknown>> & {
      readonly volumes: readonly Readonly<Record<string, unknown>>[];
      readonly containers: readonly Readonly<Record<string, unknown>>[];
    };
  };
}

function render(shape: Partial<GatewayShape> = {}, set: Partial<GatewaySettings> = {}): Rendered {
  const settings = {
    image: 'gateway@sha256:1',
    imagePullPolicy: 'Never',
    imagePullSecrets: [],
    cpu: '1',
    memory: '256Mi',
    deniedAddresses: [],
    drainSeconds: 10,
    audit: { retentionDays: 90, standardOutput: 'On' },
    vault: null,
    ...set,
  } as const;
  return gatewayStatefulSet({ tenant: 'acme', replicas: 3, ...shape }, settings)['spec'] as Rendered;
}

describe('the gateway', () => {
  test('has as many replicas as the tenant says, which do not wait for each other', () => {
    expect(render()).toMatchObject({ replicas: 3, podManagementPolicy: 'Parallel' });
  });

  test('has no right on its node: not root, no capability, a root file system that is read-only', () => {
    const { spec } = render().template;
    expect(spec).toMatchObject({
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 30,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65_532,
        seccompProfile: { type: 'RuntimeDefault' },
      },
    });
    expect(spec.containers).toMatchObject([
      {
        image: 'gateway@sha256:1',
        imagePullPolicy: 'Never',
        command: ['node', '--liftoff-only', '/cloister/dist/bin/gateway.js'],
        args: [
          '--namespace=cloister-t-acme',
          '--tenant=acme',
          '--replicas=3',
          '--drain-seconds=10',
          '--audit-folder=/var/spool/cloister/audit',
          '--audit-key-folder=/etc/cloister-audit-key',
          '--audit-retention-days=90',
          '--audit-standard-output=On',
        ],
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      },
    ]);
  });

  test('has time to drain and to close, and is told the addresses that nobody may reach', () => {
    const { spec } = render(
      {},
      { drainSeconds: 60, deniedAddresses: ['198.18.0.0/15', '2a00::/16'] },
    ).template;
    expect(spec['terminationGracePeriodSeconds']).toBe(80);
    expect(spec.containers[0]?.['args']).toEqual(
      expect.arrayContaining(['--drain-seconds=60', '--denied-addresses=198.18.0.0/15,2a00::/16']),
    );
  });

  test('reads the key for arguments of the audit where there is one', () => {
    expect(render().template.spec.volumes).toContainEqual({
      name: 'audit-key',
      secret: { secretName: 'cloister-audit-key', defaultMode: 0o440, optional: true },
    });
  });

  test('is pulled with the Secrets that the installation names', () => {
    const { spec } = render({}, { imagePullSecrets: ['registry', 'mirror'] }).template;
    expect(spec).toMatchObject({ imagePullSecrets: [{ name: 'registry' }, { name: 'mirror' }] });
    expect(render().template.spec).not.toHaveProperty('imagePullSecrets');
  });

  test('keeps its spool on the node, with a limit, where the tenant names no storage class', () => {
    const { template, volumeClaimTemplates } = render();
    expect(template.spec.volumes).toContainEqual({ name: 'spool', emptyDir: { sizeLimit: '1Gi' } });
    expect(volumeClaimTemplates).toBeUndefined();
  });

  test('keeps its spool in a claim of the storage class that the tenant names', () => {
    const { template, volumeClaimTemplates } = render({ storageClassName: 'fast' });
    expect(template.spec.volumes.map(({ name }) => name)).toEqual(['certificate', 'audit-key']);
    expect(volumeClaimTemplates).toMatchObject([
      { metadata: { name: 'spool' }, spec: { storageClassName: 'fast', accessModes: ['ReadWriteOnce'] } },
    ]);
  });

  test.for([
    ['1', '50m'],
    ['20m', '20m'],
  ])('with a limit of %s asks for %s of a CPU', ([limit, request]) => {
    const [container] = render({}, { cpu: limit }).template.spec.containers;
    expect(container?.['resources']).toEqual({
      limits: { cpu: limit, memory: '256Mi' },
      requests: { cpu: request, memory: '256Mi' },
    });
  });

  test('is told of Vault where its tenant uses it, and starts anew where what Vault is trusted by is another', () => {
    const { metadata, spec } = render({ usesVault: true }, { vault: VAULT }).template;
    const [container] = spec.containers as [{ args: string[]; volumeMounts: object[] }];
    expect(container.args.slice(-2)).toEqual([
      '--vault-address=https://vault.vault.svc:443',
      '--vault-ca-file=/etc/cloister-vault/ca.crt',
    ]);
    expect(container.volumeMounts).toContainEqual({
      name: 'vault-authority',
      mountPath: '/etc/cloister-vault',
      readOnly: true,
    });
    expect(spec.volumes).toContainEqual({
      name: 'vault-authority',
      configMap: { name: 'cloister-vault-ca' },
    });
    const other = render({ usesVault: true }, { vault: { ...VAULT, authority: 'another' } }).template;
    expect(metadata.annotations).not.toEqual(other.metadata.annotations);
  });

  test.each<[string, Partial<GatewayShape>, GatewaySettings['vault']]>([
    ['its tenant does not use it', { usesVault: false }, VAULT],
    ['the installation does not use it', { usesVault: true }, null],
  ])('is told of no Vault where %s', (_title, shape, vault) => {
    const template = render(shape, { vault }).template;
    expect(JSON.stringify(template)).not.toContain('vault');
    expect(template.metadata).not.toHaveProperty('annotations');
  });

  test('trusts the public authorities where the installation has none of its own', () => {
    const text = JSON.stringify(render({ usesVault: true }, { vault: { ...VAULT, authority: null } }));
    expect(text).toContain('--vault-address=');
    expect(text).not.toContain('vault-ca');
  });
});
