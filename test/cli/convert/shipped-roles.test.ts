import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { agentRole } from '../../../src/api/agent-role.ts';
import { isDeepEqualJson } from '../../../src/lib/is-deep-equal-json.ts';
import { isRecord } from '../../../src/lib/is-record.ts';
import { SAMPLES } from '../run-command.ts';
import { COMPOSE_FILE, CONFIGURATION_FILE, convertTo, readOne, SAMPLE_FLAGS } from './chapter-files.ts';

type Role = ReturnType<typeof agentRole.schema.parse>;

const { objects } = convertTo(readOne(CONFIGURATION_FILE), {
  compose: readOne(COMPOSE_FILE),
  flags: SAMPLE_FLAGS,
});

/** Every difference below a place, with what is converted and what is shipped; items of lists are named by what names them. */
function differences(converted: unknown, shipped: unknown, place = ''): Readonly<Record<string, unknown>> {
  if (isDeepEqualJson(converted, shipped)) return {};
  const [one, other] = [membersOf(converted), membersOf(shipped)];
  if (one === null || other === null) return { [place]: [converted, shipped] };
  const names = [...new Set([...one.keys(), ...other.keys()])];
  return Object.assign(
    {},
    ...names.map((name) => differences(one.get(name), other.get(name), `${place}/${name}`)),
  );
}

function membersOf(value: unknown): ReadonlyMap<string, unknown> | null {
  if (isRecord(value)) return new Map(Object.entries(value));
  if (!Array.isArray(value) || !value.every(isRecord)) return null;
  return new Map(value.map((item, index) => [nameOf(item) ?? String(index), item]));
}

function nameOf({ name, host }: Readonly<Record<string, unknown>>): string | null {
  const found = name ?? host;
  return typeof found === 'string' ? found : null;
}

function compare(name: string): Readonly<Record<string, unknown>> {
  const converted = objects.find(({ metadata }) => isRecord(metadata) && metadata['name'] === name);
  const shipped = load(readFileSync(`${SAMPLES}/role-${name}.yaml`, 'utf8'));
  const specOf = (role: unknown): Role['spec'] => agentRole.schema.parse(role).spec;
  return differences(
    JSON.parse(JSON.stringify(specOf(converted))),
    JSON.parse(JSON.stringify(specOf(shipped))),
  );
}

/**
 * Why a shipped role differs. `Tighter`: it allows less. `Matrix`: a figure of the chapter's permission matrix (67.1.2), which its
 * files do not have. `Example`: what an installation decides, shown by an example.
 */
type Difference = 'Tighter' | 'Matrix' | 'Example';

const DIFFERENCES: Readonly<Record<string, Readonly<Record<string, Difference>>>> = {
  'read-only': { '/description': 'Example' },
  'data-analyst': {
    '/description': 'Example',
    '/audit/durability': 'Example',
    '/budgets/tokensPerDay': 'Example',
    '/memory/write': 'Example',
    '/network/allow/*.api.hermes.nousresearch.com': 'Tighter',
    '/tools/execute_sql/maxExecutionSeconds': 'Matrix',
    '/tools/execute_sql/maxRequestsPerMinute': 'Matrix',
    '/tools/execute_sql/sql/maxRows': 'Example',
    '/tools/execute_sql/sql/tables': 'Example',
    '/tools/read_file/enforcement': 'Matrix',
    '/tools/read_file/maxFileSize': 'Matrix',
    '/tools/read_file/paths/0/deny': 'Tighter',
    '/tools/web_search/domains/0/allow': 'Matrix',
    '/tools/web_search/maxExecutionSeconds': 'Matrix',
    '/tools/web_search/maxRequestsPerMinute': 'Matrix',
  },
  devops: {
    '/description': 'Example',
    '/audit/arguments': 'Example',
    '/credentials/openai': 'Tighter',
    '/network/allow/*.api.hermes.nousresearch.com': 'Tighter',
    '/network/allow/api.hermes.nousresearch.com': 'Tighter',
    '/sandbox/annotations': 'Example',
    '/sandbox/maxLifetimeSeconds': 'Tighter',
    '/sandbox/scheduling/nodeSelector/acme.example/pool': 'Example',
    '/sandbox/scheduling/tolerations/0': 'Example',
    '/tools/execute_bash/maxExecutionSeconds': 'Example',
    '/tools/read_file/maxFileSize': 'Matrix',
    '/tools/write_file/maxFileSize': 'Tighter',
    '/tools/write_file/paths/0/allow': 'Tighter',
    '/tools/write_file/paths/0/deny': 'Tighter',
    '/upstreams/openai': 'Tighter',
    // The pins are those of the tool server that an installation runs; what is converted refuses it until they are there.
    '/upstreams/tool-server/mcp/pinning': 'Example',
  },
};

describe('the shipped role differs from what the files of the chapter become in the listed fields alone', () => {
  test.for(Object.entries(DIFFERENCES))('%s', ([name, listed]) => {
    expect(Object.keys(compare(name)).toSorted()).toEqual(Object.keys(listed).toSorted());
  });
});
