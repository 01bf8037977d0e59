import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { kinds } from '../../../src/api/kinds.ts';
import { customResourceDefinition } from '../../../src/api/structural/custom-resource-definition.ts';
import type { Finding } from '../../../src/cli/doctor/finding.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { readDocuments } from '../../../src/lib/yaml/read-documents.ts';
import { OPERATOR_POLICY } from '../../../src/policy/vault/operator-policy.ts';
import { withHolder } from '../../../src/policy/vault/sandbox-policy.ts';
import { identityPlace, type IdentityOwner } from '../../../src/policy/vault/vault-identity.ts';
import { openVault } from '../../../src/vault/open-vault.ts';
import { minimalAgentSandbox } from '../../build/agent-sandbox.ts';
import { minimalTenantIsolation } from '../../build/tenant-isolation.ts';
import { startControlPlane, type StartedControlPlane } from '../../testbed/control-plane.ts';
import { orThrow } from '../../testbed/run-command.ts';
import { mustSucceed } from '../../testbed/vault/call-vault.ts';
import { useVault } from '../../testbed/vault/use-vault.ts';
import { OPEN_FENCE, operatorSettings, wantedOf } from '../../vault/use-identities.ts';
import { type Outcome, runCommand, writeFiles } from '../run-command.ts';

const SYSTEM = 'cloister-system';
export const TENANT = 'acme';
export const NAMESPACE = 'acme-agents';

/** The flags of Vault that the chart gives the operator. */
export const flagsOf = (address: string): readonly string[] => [
  `--vault-address=${address}`,
  '--vault-ca-file=/etc/cloister-vault/ca.crt',
  '--vault-auth-mount=kubernetes',
  '--vault-role=operator-cloister',
  '--vault-token-file=/var/run/secrets/cloister.dev/vault/token',
];

export const ownerOf = (sandbox: string): IdentityOwner => ({
  tenant: TENANT,
  namespace: NAMESPACE,
  sandbox,
});

/** The tenant as it is in the cluster. */
export const TENANT_OBJECT = {
  ...minimalTenantIsolation,
  metadata: { name: TENANT },
  spec: {
    ...minimalTenantIsolation.spec,
    namespaces: [{ name: NAMESPACE, quota: { sandboxes: 10, hard: { 'requests.cpu': '4' } } }],
    vault: { authMount: 'kubernetes' },
    credentials: [
      { name: 'crm', vaultKV: { mount: 'secret', path: 'acme/crm', key: 'token' } },
      { name: 'warehouse', vaultDatabase: { mount: 'database', connection: 'warehouse' } },
    ],
  },
};

/** A cluster of the file's own and a Vault that is set up for its tenant; no program of Cloister runs. Call it at the top of a file. */
export function useVaultInstallation() {
  let controlPlane: StartedControlPlane;
  beforeAll(async () => {
    controlPlane = await startControlPlane({ controllerManager: false });
  });
  const vault = useVault(() => controlPlane);
  afterAll(() => controlPlane?.stop());

  const kubectl = async (...args: readonly string[]): Promise<string> =>
    (await orThrow(`kubectl ${args.join(' ')}`, controlPlane.kubectl(args))).stdout.trim();

  /** Installs what tells how the operator reaches Vault. */
  const deploy = async (flags: readonly string[]): Promise<void> => {
    const text = readFileSync('manifests/install.yaml', 'utf8');
    const [deployment] = [...readDocuments(text, { file: 'install.yaml' })].flatMap((document) => {
      if ('error' in document) return [];
      const { kind, metadata } = document.object as { kind: string; metadata: { name: string } };
      return kind === 'Deployment' && metadata.name === 'cloister-operator' ? [document.object] : [];
    });
    const object = deployment as { spec: { template: { spec: { containers: { args: string[] }[] } } } };
    object.spec.template.spec.containers[0]?.args.push(...flags);
    await controlPlane.apply([object]);
  };

  /** Writes the operator's policy as a platform team does, changed by `change`. */
  const writePolicy = async (change: (text: string) => string = (text) => text): Promise<void> => {
    const file = join(vault.folder, 'tenants.json');
    writeFileSync(file, await kubectl('get', 'tenantisolations', '-o', 'json'));
    const { out, error } = await runCommand(['vault', 'policy', '-f', file]);
    if (error !== '') throw new Error(error);
    const path = `sys/policies/acl/${OPERATOR_POLICY}`;
    await mustSucceed('write the policy', vault.root('PUT', path, { policy: change(out) }));
  };

  const writeConnection = async (allowedRoles: readonly string[]): Promise<void> => {
    const connection = {
      plugin_name: 'postgresql-database-plugin',
      connection_url: 'postgresql://{{username}}:{{password}}@127.0.0.1:1/warehouse',
      username: 'vault',
      password: 'not-shown',
      verify_connection: false,
      allowed_roles: allowedRoles,
      username_template: 'cloister-{{random 20 | lowercase}}',
    };
    await mustSucceed('write', vault.root('POST', 'database/config/warehouse', connection));
  };

  const uidOf = (sandbox: string): Promise<string> => {
    const { namespace: system, name } = identityPlace(ownerOf(sandbox));
    return kubectl('get', 'serviceaccount', name, '-n', system, '-o', 'jsonpath={.metadata.uid}');
  };

  const namespace = (name: string): object => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

  beforeAll(async () => {
    await controlPlane.apply([
      ...kinds.map(customResourceDefinition),
      ...[NAMESPACE, `cloister-t-${TENANT}`].map(namespace),
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'cloister-vault-ca', namespace: SYSTEM },
        data: { 'ca.crt': vault.certificateAuthority },
      },
    ]);
    await controlPlane.apply([TENANT_OBJECT]);
  }, 60_000);
  beforeEach(async () => {
    await deploy(flagsOf(vault.url));
    await writePolicy();
    await writeConnection(['cloister.acme.*']);
    await mustSucceed('write', vault.root('POST', 'secret/data/acme/crm', { data: { token: 'value' } }));
  });

  return {
    vault,
    kubectl,
    deploy,
    writePolicy,
    writeConnection,
    controlPlane: () => controlPlane,
    apply: (objects: readonly object[]) => controlPlane.apply(objects),
    /** Gives a user of the testbed these rights alone, in the whole cluster, and returns the path of its kubeconfig. */
    kubeconfigWith: async (user: 'nobody' | 'editor', rules: readonly object[]): Promise<string> => {
      const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: `test-${user}` } };
      await controlPlane.apply([
        { ...rbac, kind: 'ClusterRole', rules },
        {
          ...rbac,
          kind: 'ClusterRoleBinding',
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `test-${user}` },
          subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
        },
      ]);
      return controlPlane.kubeconfigFor(user);
    },
    /** What `cloister doctor` finds of Vault. */
    examine: async (
      args: readonly string[] = [],
      { kubeconfig = controlPlane.kubeconfig, now = Date.now } = {},
    ): Promise<{ readonly code: number; readonly findings: readonly Finding[] }> => {
      const all = ['doctor', '--kubeconfig', kubeconfig, '-o', 'json', ...args];
      const { code, out, error } = await runCommand(all, { now });
      if (error !== '') throw new Error(error);
      const findings = (JSON.parse(out) as Finding[]).filter(({ subject }) => subject.startsWith('Vault'));
      return { code, findings };
    },
    sweep: (args: readonly string[] = [], kubeconfig = controlPlane.kubeconfig): Promise<Outcome> =>
      runCommand(['vault', 'sweep', '--kubeconfig', kubeconfig, ...args]),
    /** Makes a sandbox, its ServiceAccount and, as the operator, its identity in Vault. */
    makeSandbox: async (sandbox: string): Promise<void> => {
      const owner = ownerOf(sandbox);
      await controlPlane.apply([
        {
          ...minimalAgentSandbox,
          metadata: { name: sandbox, namespace: NAMESPACE, finalizers: ['cloister.dev/vault'] },
        },
        { apiVersion: 'v1', kind: 'ServiceAccount', metadata: identityPlace(owner) },
      ]);
      const opened = await openVault(operatorSettings(vault), systemClock);
      const wanted = wantedOf(owner);
      const { authMount } = wanted.place;
      const policy = withHolder(wanted.policy, { serviceAccountUID: await uidOf(sandbox), authMount });
      await opened.identities(OPEN_FENCE).provide({ ...wanted, policy });
      await opened.close();
      await vault.root('POST', `secret/data/agents/${sandbox}`, { data: { key: sandbox } });
    },
    /** The UID of its ServiceAccount. */
    uidOf,
    /** Takes a sandbox away as a restore of etcd does: nobody has taken anything from Vault. */
    forgetSandbox: async (sandbox: string): Promise<void> => {
      await kubectl('delete', 'agentsandbox', sandbox, '-n', NAMESPACE, '--wait=false');
      const patch = '--patch={"metadata":{"finalizers":null}}';
      await kubectl('patch', 'agentsandbox', sandbox, '-n', NAMESPACE, '--type=merge', patch);
    },
    writeFile: (text: string): string => join(writeFiles({ file: text }), 'file'),
  };
}
