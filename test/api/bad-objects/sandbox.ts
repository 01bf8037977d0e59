import { minimalAgentSandbox } from '../../build/agent-sandbox.ts';
import { changedObject } from '../../build/changed-object.ts';
import { minimalTenantIsolation } from '../../build/tenant-isolation.ts';
import type { BadObject } from './bad-object.ts';
import { refused } from './refused.ts';
import { fullAgentRole } from './role-objects.ts';

const sandbox = (changes: Readonly<Record<string, unknown>>) => changedObject(minimalAgentSandbox, changes);

const schema = refused('Schema', sandbox);

const volume = (changes: Readonly<Record<string, unknown>>) => ({
  '/spec/volumes': [
    changedObject({ name: 'reports', mountPath: '/data/reports', configMap: { name: 'reports' } }, changes),
  ],
});

const beside = [
  changedObject(fullAgentRole, { '/metadata/name': 'minimal' }),
  changedObject(minimalTenantIsolation, { '/spec/namespaces/0/name': 'acme-agents' }),
];

const webhook = (
  name: string,
  changes: Readonly<Record<string, unknown>>,
  field: string,
  message: RegExp,
): BadObject => ({ ...refused('Webhook', sandbox)(name, changes, field, message), beside });

const roleRef = (name: string, was: string | undefined, is: string | undefined): BadObject => ({
  name,
  before: sandbox({ '/spec/roleRef': was && { name: was } }),
  object: sandbox({ '/spec/roleRef': is && { name: is } }),
  field: 'spec.roleRef',
  message: /roleRef cannot be changed/,
  by: 'Schema',
});

/** Sandboxes that cannot be. */
export const badSandboxes: readonly BadObject[] = [
  schema('a sandbox without an image', { '/spec/image': undefined }, 'spec.image', /Required/),
  schema('an image without its registry', { '/spec/image': 'hermes:1' }, 'spec.image', /should match/),
  schema(
    'an image with half a digest',
    { '/spec/image': 'ghcr.io/acme/hermes@sha256:abc' },
    'spec.image',
    /should match/,
  ),
  schema('a sandbox name with a dot', { '/metadata/name': 'her.mes' }, 'metadata.name', /should match/),
  schema(
    'a sandbox name of 53 characters',
    { '/metadata/name': 'a'.repeat(53) },
    'metadata.name',
    /Too long/,
  ),
  schema(
    'a volume of two sources',
    volume({ '/ephemeral': { size: '1Gi' } }),
    'spec.volumes[0]',
    /exactly one of/,
  ),
  schema(
    'a volume of a claim that exists and one that is made',
    volume({
      '/configMap': undefined,
      '/persistentVolumeClaim': { claimName: 'a' },
      '/ephemeral': { size: '1Gi' },
    }),
    'spec.volumes[0]',
    /exactly one of/,
  ),
  schema(
    'a volume without a source',
    volume({ '/configMap': undefined }),
    'spec.volumes[0]',
    /exactly one of/,
  ),
  schema(
    'a volume of a name that the operator uses',
    volume({ '/name': 'cloister-ca' }),
    'spec.volumes[0].name',
    /must not be tmp or run, or begin with cloister-/,
  ),
  schema(
    'a mount at a relative path',
    volume({ '/mountPath': 'data' }),
    'spec.volumes[0].mountPath',
    /should match/,
  ),
  schema(
    'a mount at a path with ..',
    volume({ '/mountPath': '/data/../etc' }),
    'spec.volumes[0].mountPath',
    /should match/,
  ),
  schema(
    'two volumes at one path',
    { '/spec/volumes': ['a', 'b'].map((name) => ({ name, mountPath: '/data', configMap: { name } })) },
    'spec.volumes',
    /same mountPath/,
  ),
  schema(
    'a variable that the operator sets',
    { '/spec/env': [{ name: 'CLOISTER_PROXY_SECRET', value: 'x' }] },
    'spec.env[0].name',
    /must not begin with CLOISTER_/,
  ),
  schema(
    'a variable from a Secret',
    { '/spec/env': [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } }] },
    'spec.env[0].valueFrom',
    /unknown field/,
  ),
  schema('one variable twice', { '/spec/env': [{ name: 'A' }, { name: 'A' }] }, 'spec.env[1]', /Duplicate/),
  schema(
    'a negative lifetime',
    { '/spec/lifetimeSeconds': -1 },
    'spec.lifetimeSeconds',
    /greater than or equal to 60/,
  ),
  schema(
    'a sandbox that is deleted before its end',
    { '/spec/ttlSecondsAfterFinished': -1 },
    'spec.ttlSecondsAfterFinished',
    /greater than or equal to 0/,
  ),
  schema('a port out of range', { '/spec/ports': [65_536] }, 'spec.ports[0]', /less than or equal to 65535/),
  schema('a state that does not exist', { '/spec/state': 'Paused' }, 'spec.state', /Unsupported value/),
  schema('257 arguments', { '/spec/args': Array.from({ length: 257 }, () => 'a') }, 'spec.args', /Too many/),
  roleRef('a role that was changed', 'data-analyst', 'devops'),
  roleRef('a role that was removed', 'data-analyst', undefined),
  roleRef('a role that was added', undefined, 'devops'),
  webhook(
    'a lifetime longer than the role’s',
    { '/spec/lifetimeSeconds': 7200 },
    'spec.lifetimeSeconds',
    /at most 3600/,
  ),
  webhook(
    'a limit above the role’s',
    { '/spec/resources': { limits: { memory: '3Gi' } } },
    'spec.resources.limits.memory',
    /at most "2Gi"/,
  ),
  webhook(
    'a request above the role’s limit',
    { '/spec/resources': { requests: { cpu: 2 } } },
    'spec.resources.requests.cpu',
    /at most "1"/,
  ),
  webhook('a port outside the role’s ingress', { '/spec/ports': [9090] }, 'spec.ports[0]', /8080/),
  webhook(
    'an image outside the role’s',
    { '/spec/image': 'docker.io/evil/hermes:1' },
    'spec.image',
    /ghcr\.io\/acme/,
  ),
  webhook('an image without its digest', { '/spec/image': 'ghcr.io/acme/hermes:1' }, 'spec.image', /sha256/),
  webhook(
    'a role that the tenant does not allow',
    { '/spec/roleRef': { name: 'devops' } },
    'spec.roleRef.name',
    /one of "minimal"/,
  ),
];
