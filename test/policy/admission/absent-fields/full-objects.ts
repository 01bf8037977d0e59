import { DIGEST, START_GATE_DIGEST } from '../../../build/pod.ts';
import { minimalAgentRole } from '../../../build/agent-role.ts';
import { changedObject } from '../../../build/changed-object.ts';
import { minimalTenantIsolation } from '../../../build/tenant-isolation.ts';

/** An object as its author writes it, with every field that admission reads. */
export interface FullObject {
  /** A sentence: what it is like. */
  readonly name: string;
  readonly object: Readonly<Record<string, unknown>>;
  /** The fields without which more pods are admitted; all others only narrow. */
  readonly exceptions: readonly string[];
}

const readFile = (name: string, capability: string, allow: string[], deny: string[]): object => ({
  name,
  executor: 'Agent',
  capabilities: [capability],
  paths: [{ argument: '/path', allow, deny }],
  confirmation: { when: 'Never' },
});

const role = (changes: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  changedObject(minimalAgentRole, {
    '/metadata/name': 'data-analyst',
    '/spec/tools': [
      readFile('read_file', 'file:read', ['/data/reports', '/data/exports'], ['/data/reports/private']),
      readFile('write_file', 'file:write', ['/data/exports'], ['/data/exports/sealed']),
    ],
    '/spec/network': {
      allow: [],
      ingress: [{ port: 8080, from: [{ podSelector: { matchLabels: { app: 'front' } } }] }],
    },
    '/spec/sandbox/maxLifetimeSeconds': 86_400,
    ...changes,
  });

/** Roles at both ends: a field that is left out must be read as narrow under either. */
export const FULL_ROLES: readonly FullObject[] = [
  {
    name: 'a role that grants all that it can',
    object: role({
      '/spec/sandbox/images': [{ repository: 'ghcr.io/acme/*', digest: 'Optional' }],
      '/spec/sandbox/userNamespace': 'Preferred',
      '/spec/sandbox/startGate': 'None',
      '/spec/sandbox/scheduling': {
        tolerations: [
          { key: 'os', operator: 'Equal', value: 'windows', effect: 'NoSchedule' },
          { key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' },
        ],
        nodeSelector: { 'kubernetes.io/hostname': 'node-1', 'example.com/pool': 'system' },
      },
      '/spec/sandbox/annotations': ['k8s.v1.cni.cncf.io/', 'kubernetes.io/egress-bandwidth'],
      '/spec/sandbox/allowedAccess': ['Exec', 'Attach', 'PortForward', 'Proxy', 'Debug'],
    }),
    exceptions: [],
  },
  {
    name: 'a role that asks for all that it can',
    object: role({
      '/spec/sandbox/images': [{ repository: 'ghcr.io/acme/*', digest: 'Required' }],
      '/spec/sandbox/userNamespace': 'Required',
      '/spec/sandbox/startGate': 'Required',
      '/spec/sandbox/allowedAccess': [],
    }),
    exceptions: [],
  },
  {
    name: 'a role with a runtime class',
    object: role({ '/spec/sandbox/runtimeClassName': 'gvisor' }),
    // Nothing can be told apart from having been left out here: the cluster's default is what most roles run under.
    exceptions: ['.sandbox.runtimeClassName'],
  },
];

const tenant = (changes: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  changedObject(minimalTenantIsolation, {
    '/metadata/name': 'acme',
    '/spec/namespaces/0/name': 'acme-agents',
    '/spec/roles': { allowed: ['data-analyst', 'read-only'], default: 'read-only' },
    ...changes,
  });

const EXEMPTION = {
  namespace: 'acme-agents',
  serviceAccount: 'agent',
  images: [DIGEST, START_GATE_DIGEST],
  checks: ['dns', 'read-only-root-filesystem', 'termination'],
  reason: 'It is being moved.',
  expirationTime: '2099-01-31T00:00:00Z',
};

export const FULL_TENANTS: readonly FullObject[] = [
  { name: 'a tenant without exemptions', object: tenant({}), exceptions: [] },
  {
    name: 'a tenant with an exemption',
    object: tenant({ '/spec/exemptions': [EXEMPTION] }),
    exceptions: [],
  },
];
