import { expect, test } from 'vitest';
import { parseTarget } from '../../../src/policy/quarantine/parse-target.ts';
import { missingTarget } from '../../../src/cli/quarantine/missing-target.ts';
import { KubeError } from '../../../src/kube/kube-error.ts';
import type { KubeClient } from '../../../src/kube/kube-client.ts';

type Objects = Readonly<Record<string, readonly object[]>>;
interface Named {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: object };
}

/** Answers from objects by the plural of their kind, of labels with those of the selector. */
function clusterOf(objects: Objects): Pick<KubeClient, 'get' | 'list'> {
  const listed = (plural: string): Named[] => (objects[plural] ?? []) as Named[];
  return {
    get: async <T>(
      { plural }: { plural: string },
      { namespace, name }: { namespace?: string; name: string },
    ) => {
      const found = listed(plural).find(
        ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
      );
      if (found === undefined) throw new KubeError('not found', { reason: 'NotFound' });
      return found as T;
    },
    list: async (
      { plural }: { plural: string },
      { namespace, labelSelector }: { namespace?: string; labelSelector?: string } = {},
    ) => {
      const [key = '', value] = labelSelector?.split('=') ?? [];
      const items = listed(plural).filter(
        ({ metadata }) =>
          (namespace === undefined || metadata.namespace === namespace) &&
          (labelSelector === undefined || new Map(Object.entries(metadata.labels ?? {})).get(key) === value),
      );
      return { items: items as never[], resourceVersion: '1' };
    },
  };
}

const look = (text: string, objects: Objects): Promise<string | null> => {
  const target = parseTarget(text);
  if (target === null) throw new Error(`${text} is no target`);
  return missingTarget(target, clusterOf(objects));
};

const pod = (labels: object): object => ({ metadata: { name: 'p', namespace: 'acme-agents', labels } });

test.for([
  ['tenant/acme', 'TenantIsolation "acme" does not exist, and no namespace is enrolled for it'],
  ['namespace/acme-agents', 'Namespace "acme-agents" does not exist'],
  ['role/analyst', 'AgentRole "analyst" does not exist, and no sandbox or pod has it'],
  [
    'sandbox/acme-agents/hermes',
    'AgentSandbox "acme-agents/hermes" does not exist, and no pod belongs to it',
  ],
  ['all', null],
] as const)('%s in an empty cluster', async ([text, said]) => {
  expect(await look(text, {})).toBe(said);
});

test('a namespace that no tenant has is not enrolled', async () => {
  const namespaces = [{ metadata: { name: 'other' } }];
  const tenants = [{ metadata: { name: 'acme' }, spec: { namespaces: [{ name: 'acme-agents' }] } }];
  expect(await look('namespace/other', { namespaces, tenantisolations: tenants })).toBe(
    'Namespace "other" is not enrolled: no TenantIsolation lists it',
  );
});

const SANDBOX = { metadata: { name: 'hermes', namespace: 'acme-agents' }, spec: {} };
const NAMESPACE = { metadata: { name: 'acme-agents' } };
const ENROLLED = { metadata: { name: 'acme-agents', labels: { 'cloister.dev/tenant': 'acme' } } };
const TENANT = { metadata: { name: 'acme' }, spec: { namespaces: [{ name: 'acme-agents' }] } };

test.for<readonly [string, string, Objects]>([
  ['a tenant', 'tenant/acme', { tenantisolations: [TENANT] }],
  ['the namespace of a deleted tenant', 'tenant/acme', { namespaces: [ENROLLED] }],
  ['an enrolled namespace', 'namespace/acme-agents', { namespaces: [ENROLLED] }],
  [
    'a namespace not enrolled yet',
    'namespace/acme-agents',
    { namespaces: [NAMESPACE], tenantisolations: [TENANT] },
  ],
  ['a role', 'role/analyst', { agentroles: [{ metadata: { name: 'analyst' } }] }],
  ['a pod of a deleted role', 'role/analyst', { pods: [pod({ 'cloister.dev/role': 'analyst' })] }],
  [
    'a sandbox that asks for a deleted role',
    'role/analyst',
    { agentsandboxes: [{ ...SANDBOX, spec: { roleRef: { name: 'analyst' } } }] },
  ],
  [
    'a sandbox that has a deleted role by default',
    'role/analyst',
    { agentsandboxes: [{ ...SANDBOX, status: { resolvedRole: { name: 'analyst' } } }] },
  ],
  ['a sandbox', 'sandbox/acme-agents/hermes', { agentsandboxes: [SANDBOX] }],
  [
    'a pod of a deleted sandbox',
    'sandbox/acme-agents/hermes',
    { pods: [pod({ 'cloister.dev/sandbox': 'hermes' })] },
  ],
])('%s is there', async ([, text, objects]) => {
  expect(await look(text, objects)).toBeNull();
});

test('what cannot be read keeps no quarantine back', async () => {
  const refuse = (): Promise<never> => Promise.reject(new KubeError('no', { reason: 'Forbidden' }));
  const target = { type: 'Tenant', name: 'acme' } as const;
  expect(await missingTarget(target, { get: refuse, list: refuse })).toBeNull();
});
