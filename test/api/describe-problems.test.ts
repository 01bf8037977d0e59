import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { agentRole } from '../../src/api/agent-role.ts';
import { describeProblems } from '../../src/api/describe-problems.ts';
import type { KindDefinition } from '../../src/api/kind-definition.ts';
import { kinds } from '../../src/api/kinds.ts';
import { tenantIsolation } from '../../src/api/tenant-isolation.ts';
import { minimalAgentRole } from '../build/agent-role.ts';
import { minimalAgentSandbox } from '../build/agent-sandbox.ts';
import { changedObject } from '../build/changed-object.ts';
import { minimalTenantIsolation } from '../build/tenant-isolation.ts';
import { badObjects } from './bad-objects/index.ts';
import { fullAgentRole, role } from './bad-objects/role-objects.ts';

const LIBRARY_WORDS =
  /expected|received|invalid|unrecognized|undefined|\bnull\b|pattern|regex|\bmatch\b|\bNaN\b/i;

const problemsOf = (object: Readonly<Record<string, unknown>>): readonly string[] => {
  const definition = kinds.find(({ kind }) => kind === object['kind']);
  return definition === undefined ? ['no such kind'] : describeProblems(definition, object);
};

describe('an object that the schema accepts has no problems', () => {
  test.for([
    ['a role', agentRole, fullAgentRole],
    ['a tenant, whose quota is a map', tenantIsolation, minimalTenantIsolation],
    [
      'free JSON',
      agentRole,
      changedObject(fullAgentRole, { '/spec/tools/3/arguments': { type: 'object', any: { thing: 1 } } }),
    ],
    ['metadata of any kind', agentRole, changedObject(minimalAgentRole, { '/metadata/managedFields': [{}] })],
  ] as const)('%s', ([, definition, object]) => {
    expect(describeProblems(definition, object)).toEqual([]);
  });
});

describe('a problem names the field, what was found and what it must be', () => {
  const tenant = (changes: object) => changedObject(minimalTenantIsolation, { ...changes });
  const sandbox = (changes: object) => changedObject(minimalAgentSandbox, { ...changes });

  test.for<[string, Readonly<Record<string, unknown>>, string]>([
    [
      'a missing object',
      role({ '/spec/tools/0/confirmation': undefined }),
      'spec.tools[0].confirmation of "read_file" is not set; it must be an object',
    ],
    [
      'a missing object of an item without a name',
      role({ '/spec/network/ingress': [{ port: 80 }] }),
      'spec.network.ingress[0].from is not set; it must be a list',
    ],
    [
      'a missing choice',
      role({ '/spec/tools/1/executor': undefined }),
      'spec.tools[1].executor of "web_search" is not set; it must be one of "Agent", "Fetch", "SQL", "Upstream", "MCP"',
    ],
    [
      'a missing quantity',
      role({ '/spec/sandbox/limits/memory': undefined }),
      'spec.sandbox.limits.memory is not set; it must be a number of bytes, such as "512Mi" or "2Gi"',
    ],
    [
      'a number where text belongs',
      role({ '/spec/tools/0/name': 5 }),
      'spec.tools[0].name is 5; it must be a string. Put it in quotes',
    ],
    [
      'what YAML makes of `no`',
      role({ '/spec/description': false }),
      'spec.description is false; it must be a string. Put it in quotes',
    ],
    [
      'text where a number belongs',
      role({ '/spec/sandbox/runAsUser': '1000' }),
      'spec.sandbox.runAsUser is "1000"; it must be a number. Remove the quotes',
    ],
    [
      'a fraction',
      role({ '/spec/sandbox/runAsUser': 1.5 }),
      'spec.sandbox.runAsUser is 1.5; it must be a whole number',
    ],
    [
      'a list where text belongs',
      sandbox({ '/spec/image': ['a'] }),
      'spec.image is a list; it must be a string',
    ],
    [
      'text where a list belongs',
      role({ '/spec/tools/0/capabilities': 'file:read' }),
      'spec.tools[0].capabilities of "read_file" is "file:read"; it must be a list',
    ],
    [
      'an object where a quantity belongs',
      role({ '/spec/sandbox/limits/cpu': {} }),
      'spec.sandbox.limits.cpu is an object; it must be a number of cores, such as "500m" or "2"',
    ],
    [
      'a negative quantity',
      role({ '/spec/sandbox/limits/cpu': -1 }),
      'spec.sandbox.limits.cpu is -1; it must be at least 0',
    ],
    ['null', role({ '/spec/sandbox': null }), 'spec.sandbox is not set; it must be an object'],
    [
      'null in a field without a default, which a server-side apply is rejected for',
      role({ '/spec/description': null }),
      'spec.description is not set; it must be a string',
    ],
    [
      'a choice that is nearly right',
      role({ '/spec/tools/0/executor': 'agent' }),
      'spec.tools[0].executor of "read_file" is "agent"; it must be one of "Agent", "Fetch", "SQL", "Upstream", "MCP"; did you mean "Agent"?',
    ],
    [
      'the wrong version',
      role({ '/apiVersion': 'cloister.dev/v1' }),
      'apiVersion is "cloister.dev/v1"; it must be "cloister.dev/v1alpha1"',
    ],
    [
      'text that is too long, which is not shown',
      sandbox({ '/metadata/name': 'a'.repeat(53) }),
      'metadata.name has 53 characters; it must have at most 52 characters',
    ],
    [
      'text that is empty, once',
      sandbox({ '/metadata/name': '' }),
      'metadata.name is empty; it must have at least 1 character',
    ],
    [
      'the name of an item',
      role({ '/spec/tools/0/name': 'read file' }),
      'spec.tools[0].name is "read file"; it must be letters, digits, "_", "-" and ".", and must begin with a letter, a digit or "_"',
    ],
    [
      'an entry of a map',
      tenant({
        '/spec/namespaces/0': { name: 'acme', quota: { sandboxes: 1, hard: { 'requests.cpu': 'x' } } },
      }),
      'spec.namespaces[0].quota.hard["requests.cpu"] of "acme" is "x"; it must be an amount, such as "10", "500m" or "2Gi"',
    ],
    [
      'long text, cut',
      sandbox({ '/spec/volumes': [{ name: 'v', mountPath: 'x'.repeat(200), configMap: { name: 'c' } }] }),
      `spec.volumes[0].mountPath of "v" is "${'x'.repeat(60)}…"; it must be an absolute path without ".", "..", "//", "*" or a closing "/"`,
    ],
    [
      'a field that is nearly right',
      role({ '/spec/tools/0/maxRequestPerMinute': 5 }),
      'spec.tools[0].maxRequestPerMinute of "read_file" is not a field of AgentRole; did you mean "maxRequestsPerMinute"?',
    ],
    [
      'a field that is like no other',
      role({ '/spec/sandbox/privileged': true }),
      'spec.sandbox.privileged is not a field of AgentRole. Check the spelling, or remove it',
    ],
    [
      'a field that is nearly one that is set',
      role({ '/spec/tools/0/names': ['a'] }),
      'spec.tools[0].names of "read_file" is not a field of AgentRole. Check the spelling, or remove it',
    ],
    [
      'a field beside spec',
      role({ '/status2': {} }),
      'status2 is not a field of AgentRole; did you mean "status"?',
    ],
  ])('%s', ([, object, problem]) => {
    expect(problemsOf(object)).toEqual([problem]);
  });

  test('a field named like a method of every JavaScript object', () => {
    expect(problemsOf(role({ '/spec/sandbox/toString': 1 }))).toEqual([
      'spec.sandbox.toString is not a field of AgentRole. Check the spelling, or remove it',
    ]);
  });

  test('a required field that is misspelt is missing, and its misspelling is named', () => {
    const object = changedObject(minimalAgentSandbox, { '/spec/image': undefined, '/spec/imgae': 'x' });
    expect(problemsOf(object)).toEqual([
      'spec.image is not set; it must be a string',
      'spec.imgae is not a field of AgentSandbox; did you mean "image"?',
    ]);
  });
});

describe('no problem has words of the schema library', () => {
  const shown = badObjects.flatMap(({ name, object }) => problemsOf(object).map((text) => ({ name, text })));

  test('there are problems to read', () => {
    expect(shown.length).toBeGreaterThan(80);
  });

  test.for(shown)('$name: $text', ({ text }) => {
    expect(text).not.toMatch(LIBRARY_WORDS);
    expect(text).toMatch(/^[\w.[\]"-]+( of ".*")?(: | must | (is|has) (.*; it must |not a field of ))/);
  });

  test.for(kinds.map((definition) => ({ kind: definition.kind, definition })))(
    'every pattern of $kind is put into words',
    ({ definition }) => {
      expect(wordlessPatterns(definition)).toEqual([]);
    },
  );
});

/** The paths of strings whose pattern has no words of its own. */
function wordlessPatterns({ schema }: KindDefinition): readonly string[] {
  const found: string[] = [];
  const walk = (node: z.core.$ZodType, path: string): void => {
    const { def } = (node as z.core.$ZodTypes)._zod;
    if (def.type === 'object')
      for (const [name, child] of Object.entries(def.shape)) walk(child, `${path}.${name}`);
    else if (def.type === 'array') walk(def.element, `${path}[*]`);
    else if (def.type === 'record') walk(def.valueType, `${path}.*`);
    else if (def.type === 'union') for (const option of def.options) walk(option, path);
    else if ('innerType' in def) walk(def.innerType, path);
    else if (def.type === 'string') {
      for (const { _zod } of def.checks ?? []) {
        if (_zod.def.check === 'string_format' && _zod.def.error === undefined) found.push(path);
      }
    }
  };
  walk(schema, '');
  return found;
}
