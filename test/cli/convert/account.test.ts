import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRecord } from '../../../src/lib/is-record.ts';
import { changedObject } from '../../build/changed-object.ts';
import { chapterConfiguration, convertTo } from './configuration-file.ts';

type Changes = Readonly<Record<string, unknown>>;

const accountOf = (changes: Changes) =>
  convertTo(changedObject(chapterConfiguration(), changes)).account;

const entryOf = (changes: Changes, field: string) =>
  accountOf(changes).find(({ path }) => `/${path.join('/')}` === field);

const NETWORK = '/security/network';
const ROLES = '/security/permission_model/roles';

/** What a document holds, found in another way than the program finds it. */
function leafPaths(value: unknown): readonly string[] {
  if (Array.isArray(value) && value.length > 0) {
    return value.flatMap((item, index) => leafPaths(item).map((path) => `/${index}${path}`));
  }
  if (isRecord(value) && Object.keys(value).length > 0) {
    return Object.keys(value).flatMap((name) => leafPaths(value[name]).map((path) => `/${name}${path}`));
  }
  return [''];
}

describe('the account of the configuration of the chapter', () => {
  test('has each value once, in the order of the file, and understands all', () => {
    const account = accountOf({});
    expect(account.map(({ path }) => `/${path.join('/')}`)).toEqual(leafPaths(chapterConfiguration()));
    expect(account.filter(({ outcome }) => outcome === 'NotUnderstood')).toEqual([]);
    expect(new Set(account.map(({ outcome }) => outcome))).toEqual(
      new Set(['TakenOver', 'Tightened', 'ChangedInForm', 'CannotBeKept']),
    );
  });

  test.for<[string, Changes, string, string, RegExp]>([
    [
      'a host means the names below it',
      {},
      `${NETWORK}/allowed_domains/2`,
      'ChangedInForm',
      /"google.com" and "\*\.google.com"/,
    ],
    ['a model vendor becomes an upstream', {}, `${NETWORK}/allowed_domains/1`, 'Tightened', /adds the key/],
    [
      'a host that no tool can fetch is not kept',
      { [`${ROLES}/data_analyst/allowed_tools`]: ['read_file'] },
      `${NETWORK}/allowed_domains/2`,
      'CannotBeKept',
      /No role has a tool that fetches/,
    ],
    [
      'names below a host are left out where a vendor is one of them',
      { [`${NETWORK}/allowed_domains/2`]: 'openai.com' },
      `${NETWORK}/allowed_domains/2`,
      'Tightened',
      /^"openai.com" in domains/,
    ],
    [
      'plain HTTP is not kept',
      { [`${NETWORK}/force_https`]: false },
      `${NETWORK}/force_https`,
      'Tightened',
      /no plain HTTP/,
    ],
    [
      'private addresses stay closed',
      { [`${NETWORK}/block_private_ranges`]: false },
      `${NETWORK}/block_private_ranges`,
      'Tightened',
      /never connected to/,
    ],
    ['noexec has no field', {}, '/security/sandbox/type', 'ChangedInForm', /no field .* noexec/],
    [
      'a list of system calls is not used',
      {},
      '/security/sandbox/allowed_syscalls',
      'ChangedInForm',
      /no program starts/,
    ],
    [
      'a writable root file system stays closed',
      { '/security/sandbox/read_only_root': false },
      '/security/sandbox/read_only_root',
      'Tightened',
      /readOnlyRootFilesystem/,
    ],
    [
      'a longer life of secrets is cut',
      { '/security/secrets/default_ttl': '1h' },
      '/security/secrets/default_ttl',
      'Tightened',
      /15 minutes/,
    ],
    [
      'a shorter life of secrets is not kept',
      { '/security/secrets/default_ttl': '60s' },
      '/security/secrets/default_ttl',
      'CannotBeKept',
      /taken back/,
    ],
    ['the bucket is not kept', {}, '/security/audit/storage', 'CannotBeKept', /no objects to S3/],
    [
      'the audit cannot be switched off',
      { '/security/audit/enabled': false },
      '/security/audit/enabled',
      'Tightened',
      /cannot be switched off/,
    ],
    [
      'statements without operations run nothing',
      { [`${ROLES}/data_analyst/sql_operations`]: [] },
      `${ROLES}/data_analyst/allowed_tools/1`,
      'Tightened',
      /runs nothing/,
    ],
    [
      'an operation without the tool is not kept',
      { [`${ROLES}/devops/sql_operations`]: ['DELETE'] },
      `${ROLES}/devops/sql_operations/0`,
      'CannotBeKept',
      /runs none/,
    ],
    [
      'a path without a tool for it is not kept',
      { [`${ROLES}/data_analyst/allowed_tools`]: ['web_search'] },
      `${ROLES}/data_analyst/file_paths/0`,
      'CannotBeKept',
      /reaches no file/,
    ],
    [
      'the tenant column is asked for with rows alone',
      { '/security/data_isolation/strategy': 'schema_isolation' },
      '/security/data_isolation/tenant_field',
      'CannotBeKept',
      /keeps whole tables apart/,
    ],
    [
      'a list that is empty allows nothing',
      { [`${NETWORK}/allowed_domains`]: [] },
      `${NETWORK}/allowed_domains`,
      'TakenOver',
      /nothing is allowed/,
    ],
    [
      'a role without fields allows nothing',
      { [`${ROLES}/guest`]: {} },
      `${ROLES}/guest`,
      'TakenOver',
      /not allowed/,
    ],
  ])('%s', ([, changes, field, outcome, becomes]) => {
    expect(entryOf(changes, field)).toMatchObject({ outcome, becomes: expect.stringMatching(becomes) });
  });
});

describe('a value is not understood, and nothing is made of the file', () => {
  test.for<[string, Changes, string, string]>([
    [
      'a field of another section',
      { '/security/denied_paths': ['/etc'] },
      '/security/denied_paths/0',
      'is no field of this file',
    ],
    [
      'a misspelt field',
      { [`${NETWORK}/allowed_domain`]: ['a.example'] },
      `${NETWORK}/allowed_domain/0`,
      'did you mean "allowed_domains"?',
    ],
    ['a field beside the section', { '/audit': true }, '/audit', 'is no field'],
    ['another mode', { [`${NETWORK}/mode`]: 'blacklist' }, `${NETWORK}/mode`, 'must be "whitelist"'],
    [
      'a text for a list',
      { [`${NETWORK}/allowed_domains`]: 'google.com' },
      `${NETWORK}/allowed_domains`,
      'must be a list',
    ],
    ['a list for a text', { [`${NETWORK}/mode`]: ['whitelist'] }, `${NETWORK}/mode/0`, 'must be "whitelist"'],
    [
      'a list for a role',
      { [`${ROLES}/devops`]: ['execute_bash'] },
      `${ROLES}/devops/0`,
      'must be an object',
    ],
    [
      'a text for a switch',
      { [`${NETWORK}/force_https`]: 'false' },
      `${NETWORK}/force_https`,
      'must be true or false',
    ],
    [
      'nothing for a switch',
      { [`${ROLES}/devops/require_confirmation`]: null },
      `${ROLES}/devops/require_confirmation`,
      'must be true or false',
    ],
    [
      'an address for a host',
      { [`${NETWORK}/allowed_domains/0`]: '169.254.169.254' },
      `${NETWORK}/allowed_domains/0`,
      'must be a host name',
    ],
    [
      'a URL for a host',
      { [`${NETWORK}/allowed_domains/0`]: 'https://a.example/' },
      `${NETWORK}/allowed_domains/0`,
      'must be a host name',
    ],
    [
      'a single label for a host',
      { [`${NETWORK}/allowed_domains/0`]: 'com' },
      `${NETWORK}/allowed_domains/0`,
      'must be a host name',
    ],
    [
      'a path that climbs',
      { [`${ROLES}/devops/file_paths/0`]: '/opt/../etc' },
      `${ROLES}/devops/file_paths/0`,
      'must be an absolute path',
    ],
    [
      'a relative path',
      { [`${ROLES}/devops/file_paths/0`]: 'opt' },
      `${ROLES}/devops/file_paths/0`,
      'must be an absolute path',
    ],
    [
      'an unknown tool',
      { [`${ROLES}/devops/allowed_tools/0`]: 'execute_perl' },
      `${ROLES}/devops/allowed_tools/0`,
      'must be one of "read_file"',
    ],
    [
      'an operation that changes tables',
      { [`${ROLES}/data_analyst/sql_operations/0`]: 'DROP' },
      `${ROLES}/data_analyst/sql_operations/0`,
      'must be one of "SELECT"',
    ],
    [
      'a role whose name is none',
      { [`${ROLES}/Data Analyst`]: { allowed_tools: ['read_file'] } },
      `${ROLES}/Data Analyst/allowed_tools/0`,
      'must be below a name',
    ],
    [
      'two roles of one name',
      { [`${ROLES}/data-analyst`]: { require_confirmation: false } },
      `${ROLES}/data-analyst/require_confirmation`,
      'rename one',
    ],
    ['no memory', { '/security/sandbox/memory_limit': '0' }, '/security/sandbox/memory_limit', 'must be'],
    [
      'a negative number of days',
      { '/security/audit/retention_days': -1 },
      '/security/audit/retention_days',
      'must be at least 1',
    ],
    ['a section that is a text', { '/security/secrets': 'vault' }, '/security/secrets', 'must be an object'],
  ])('%s', ([, changes, field, becomes]) => {
    const { account, objects, chartValues } = convertTo(
      changedObject(chapterConfiguration(), changes),
    );
    const wrong = account.filter(({ outcome }) => outcome === 'NotUnderstood');
    expect(wrong.map(({ path }) => `/${path.join('/')}`)).toEqual([field]);
    expect(wrong[0]?.becomes).toContain(becomes);
    expect([objects, chartValues]).toEqual([[], null]);
  });

  test('a name that JavaScript treats in its own way', () => {
    const written = JSON.parse(
      '{"security": {"permission_model": {"roles": {"__proto__": {"allowed_tools": ["read_file"]}}}}}',
    );
    expect(convertTo(written).account).toMatchObject([{ outcome: 'NotUnderstood' }]);
  });

  test('a secret in a field of another kind is in no message', () => {
    const secret = 'hvs.CAESIJ-secret';
    for (const field of ['/security/secrets/vault_token', '/security/secrets/vault_url', `${NETWORK}/mode`]) {
      const account = accountOf({ [field]: `https://root:${secret}@vault.example; it must` });
      expect(account.map(({ becomes }) => becomes).join('\n')).not.toContain(secret);
    }
  });
});

describe('whatever the file holds', () => {
  const json = fc.jsonValue({ maxDepth: 4 });
  const known = fc.constantFrom(...leafPaths(chapterConfiguration()));
  const parents = known.map((path) => path.slice(0, path.lastIndexOf('/')));
  const field = fc.oneof(
    known,
    parents,
    fc.tuple(parents, fc.string()).map(([path, name]) => `${path}/x${name.replaceAll(/[~/]/g, '')}`),
  );

  test('each value is in the account exactly once', () => {
    fc.assert(
      fc.property(fc.dictionary(field, json, { maxKeys: 3 }), (changes) => {
        let document: Record<string, unknown>;
        try {
          document = changedObject(chapterConfiguration(), changes);
        } catch {
          return;
        }
        if (!Object.hasOwn(document, 'security')) return;
        const { account, objects } = convertTo(document);
        expect(account.map(({ path }) => `/${path.join('/')}`).toSorted()).toEqual(
          [...leafPaths(document)].toSorted(),
        );
        expect(objects.length > 0).toBe(account.every(({ outcome }) => outcome !== 'NotUnderstood'));
      }),
      { numRuns: 300 },
    );
  });
});
