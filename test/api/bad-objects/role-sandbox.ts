import type { BadObject } from './bad-object.ts';
import { refused } from './refused.ts';
import { role } from './role-objects.ts';

const schema = refused('Schema', role);

const webhook = refused('Webhook', role);

const sandbox = '/spec/sandbox';

const image = (name: string, repository: string): BadObject =>
  schema(
    name,
    { [`${sandbox}/images`]: [{ repository }] },
    'spec.sandbox.images[0].repository',
    /should match/,
  );

const toleration = (name: string, changes: object, member: string, message: RegExp): BadObject =>
  schema(
    name,
    {
      [`${sandbox}/scheduling`]: {
        tolerations: [{ key: 'example.com/agents', operator: 'Exists', effect: 'NoSchedule', ...changes }],
      },
    },
    `spec.sandbox.scheduling.tolerations[0].${member}`,
    message,
  );

const annotation = (name: string, entry: string, message: RegExp): BadObject =>
  schema(name, { [`${sandbox}/annotations`]: [entry] }, 'spec.sandbox.annotations[0]', message);

const ARGUMENTS = '/spec/tools/3/arguments';

/** Roles with a pod, a name or a bound that cannot be, and those that only the webhook sees through. */
export const badRoleSandboxes: readonly BadObject[] = [
  schema('a role without a sandbox', { [sandbox]: undefined }, 'spec.sandbox', /Required/),
  schema('a sandbox that is null', { [sandbox]: null }, 'spec.sandbox', /Required/),
  schema(
    'nothing in a list of hosts',
    { '/spec/network/allow': [null] },
    'spec.network.allow[0]',
    /must be of type object/,
  ),
  schema('a role without limits', { [`${sandbox}/limits`]: undefined }, 'spec.sandbox.limits', /Required/),
  schema(
    'a role without a memory limit',
    { [`${sandbox}/limits/memory`]: undefined },
    'spec.sandbox.limits.memory',
    /Required/,
  ),
  schema(
    'a limit of 0, which is none',
    { [`${sandbox}/limits/cpu`]: 0 },
    'spec.sandbox.limits.cpu',
    /more than 0/,
  ),
  schema(
    'a limit above the maximum',
    { [`${sandbox}/limits/memory`]: '5Ti' },
    'spec.sandbox.limits.memory',
    /at most 4Ti/,
  ),
  schema('a negative limit', { [`${sandbox}/limits/cpu`]: '-1' }, 'spec.sandbox.limits.cpu', /should match/),
  toleration('a toleration of every taint', { key: '' }, 'key', /should match|at least 1 chars/),
  toleration(
    'a toleration of the control plane',
    { key: 'node-role.kubernetes.io/control-plane' },
    'key',
    /must not be a taint of the control plane/,
  ),
  toleration(
    'a toleration of nodes whose network is not ready',
    { key: 'node.cilium.io/agent-not-ready' },
    'key',
    /must not be a taint of the control plane/,
  ),
  toleration('a toleration of every effect', { effect: undefined }, 'effect', /Required/),
  toleration(
    'a toleration of an equal value without the value',
    { operator: 'Equal' },
    'value',
    /must be set where operator is Equal/,
  ),
  annotation('every annotation', '/', /should match/),
  annotation('annotations by a wildcard', 'example.com/*', /should match/),
  annotation('two annotations in one text', 'a.example.com/x,b.example.com/y', /should match/),
  annotation('annotations of Cloister', 'cloister.dev/', /must not be a name of cloister.dev/),
  annotation(
    'an annotation in a domain below that of Cloister',
    'x.cloister.dev/y',
    /must not be a name of cloister.dev/,
  ),
  schema(
    'more annotations than may be listed',
    { [`${sandbox}/annotations`]: Array.from({ length: 25 }, (_, index) => `example.com/${index}`) },
    'spec.sandbox.annotations',
    /Too many/,
  ),
  schema('root', { [`${sandbox}/runAsUser`]: 0 }, 'spec.sandbox.runAsUser', /greater than or equal to 1/),
  schema(
    'a user that is not said',
    { [`${sandbox}/runAsUser`]: undefined },
    'spec.sandbox.runAsUser',
    /Required/,
  ),
  schema(
    'seccomp Unconfined',
    { [`${sandbox}/seccompProfile`]: 'Unconfined' },
    'spec.sandbox.seccompProfile',
    /should match/,
  ),
  schema(
    'a life without an end',
    { [`${sandbox}/maxLifetimeSeconds`]: undefined },
    'spec.sandbox.maxLifetimeSeconds',
    /Required/,
  ),
  schema(
    'a life of more than a year',
    { [`${sandbox}/maxLifetimeSeconds`]: 31_536_001 },
    'spec.sandbox.maxLifetimeSeconds',
    /less than or equal to/,
  ),
  schema(
    'access that does not exist',
    { [`${sandbox}/allowedAccess`]: ['*'] },
    'spec.sandbox.allowedAccess[0]',
    /Unsupported value/,
  ),
  image('every image there is', '*'),
  image('an image without its registry', 'hermes'),
  image('a repository with a tag', 'ghcr.io/acme/hermes:latest'),
  image('a repository in upper case', 'ghcr.io/Acme/hermes'),
  schema('a name with a dot', { '/metadata/name': 'data.analyst' }, 'metadata.name', /should match/),
  schema('a name of 53 characters', { '/metadata/name': 'a'.repeat(53) }, 'metadata.name', /Too long/),
  schema(
    'a negative budget',
    { '/spec/budgets/tokensPerDay': -1 },
    'spec.budgets.tokensPerDay',
    /greater than or equal to 0/,
  ),
  schema(
    'a budget above the maximum',
    { '/spec/budgets/toolCallsPerDay': 100_000_001 },
    'spec.budgets.toolCallsPerDay',
    /less than or equal to/,
  ),
  schema(
    '129 tools',
    {
      '/spec/tools': Array.from({ length: 129 }, (_, n) => ({
        name: `t${n}`,
        executor: 'Agent',
        confirmation: { when: 'Never' },
      })),
    },
    'spec.tools',
    /Too many/,
  ),
  schema(
    'a description without a bound',
    { '/spec/description': 'a'.repeat(1025) },
    'spec.description',
    /Too long/,
  ),
  schema(
    'a field that does not exist',
    { '/spec/sandbox/privileged': true },
    'spec.sandbox.privileged',
    /unknown field/,
  ),
  webhook(
    'arguments with $ref',
    { [ARGUMENTS]: { type: 'object', properties: { a: { $ref: '#/$defs/a' } } } },
    'spec.tools[3].arguments',
    /\$ref/,
  ),
  webhook(
    'arguments over 32 KiB',
    { [ARGUMENTS]: { type: 'object', description: 'a'.repeat(33_000) } },
    'spec.tools[3].arguments',
    /32/,
  ),
  webhook(
    'arguments that are no JSON Schema',
    { [ARGUMENTS]: { type: 'text' } },
    'spec.tools[3].arguments',
    /./,
  ),
  webhook(
    'a brokered host under a wildcard of network.allow',
    { '/spec/network/allow': [{ host: '*.openai.com' }] },
    'spec.network.allow[0].host',
    /openai/,
  ),
  webhook(
    'a brokered host under a wildcard of a tool',
    { '/spec/tools/1/domains/0/allow': ['*.openai.com'] },
    'spec.tools[1].domains[0].allow[0]',
    /openai/,
  ),
];
