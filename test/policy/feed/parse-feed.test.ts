import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../src/lib/canonical-json.ts';
import { parseRoleFeed, parseSandboxFeed, parseTenantFeed } from '../../../src/policy/feed/parse-feed.ts';
import { buildRoleFeed, buildTenantFeed, HASH, SANDBOX_FEED } from '../../build/feed.ts';
import { changedObject } from '../../build/changed-object.ts';

const TENANT = buildTenantFeed();
const ROLE = buildRoleFeed();
const PLACE = { namespace: 'minimal-agents', sandbox: 'agent' };

const tenant = (value: unknown) => parseTenantFeed(canonicalJson(value), 'minimal');
const role = (value: unknown) => parseRoleFeed(canonicalJson(value), 'minimal', 'minimal');
const sandbox = (value: unknown) => parseSandboxFeed(canonicalJson(value), 'minimal', PLACE);
const changed = (object: object, changes: Readonly<Record<string, unknown>>) =>
  changedObject(object, changes);

describe('what the operator writes is taken as it is', () => {
  test('of a tenant', () => expect(tenant(TENANT)).toEqual({ feed: TENANT }));
  test('of a role', () => expect(role(ROLE)).toEqual({ feed: ROLE }));
  test('of a role that is withdrawn', () => {
    const { uid: _uid, hash: _hash, spec: _spec, ...rest } = ROLE;
    const withdrawn = { ...rest, state: 'Withdrawn' };
    expect(role(withdrawn)).toEqual({ feed: withdrawn });
  });
  test('of a sandbox', () => expect(sandbox(SANDBOX_FEED)).toEqual({ feed: SANDBOX_FEED }));
});

test.for([
  ['a text that is not there', parseTenantFeed(undefined, 'minimal'), /tenant\.json .*it is not set$/],
  ['a text that is no JSON', parseTenantFeed('{', 'minimal'), /it is not a JSON object$/],
  ['a list', tenant([]), /it is not a JSON object$/],
  ['a newer format, whatever else is new', tenant({ format: 2, new: 1 }), /format is 2; .* only 1$/],
  ['no format', sandbox(changed(SANDBOX_FEED, { '/format': undefined })), /format is not set/],
  ['a field that is not known', tenant(changed(TENANT, { '/new': 1 })), /: new is not a field/],
  [
    'a field that is not known deep in a role',
    role(changed(ROLE, { '/spec/network/deny': [] })),
    /: spec\.network\.deny is not a field/,
  ],
  [
    'a field that is not known in an item of a list',
    role(changed(ROLE, { '/sharedSecrets/0/new': 1 })),
    /: sharedSecrets\[0\]\.new is not a field/,
  ],
  ['a field that is missing', sandbox(changed(SANDBOX_FEED, { '/role': undefined })), /: role is not set/],
  [
    'another tenant',
    tenant(changed(TENANT, { '/tenant': 'other' })),
    /tenant is "other"; it must be "minimal"/,
  ],
  ['another role', role(changed(ROLE, { '/role': 'other' })), /role is "other"; it must be "minimal"/],
  [
    'another sandbox',
    sandbox(changed(SANDBOX_FEED, { '/sandbox': 'other' })),
    /sandbox is "other"; it must be "agent"/,
  ],
  [
    'a spec that is not that of the hash',
    role(changed(ROLE, { '/hash': HASH })),
    /hash is not that of the spec$/,
  ],
  [
    'a spec in a role that is withdrawn',
    role(changed(ROLE, { '/state': 'Withdrawn' })),
    /: (hash|spec|uid) is not a field/,
  ],
  [
    'a secret where its hash should be',
    sandbox(changed(SANDBOX_FEED, { '/proxySecretHash': 'c2VjcmV0' })),
    /proxySecretHash .* must be 64 lower-case hexadecimal digits/,
  ],
] as const)('%s is refused', ([, parsed, problem]) => {
  expect(parsed).toEqual({ problem: expect.stringMatching(problem) });
});
