import { describe, expect, test } from 'vitest';
import { changedObject } from '../../build/changed-object.ts';
import { CONFIGURATION_FILE, convertTo, leafPointers, readOne } from './chapter-files.ts';

type Changes = Readonly<Record<string, unknown>>;

const CHAPTER = readOne(CONFIGURATION_FILE);
const accountOf = (changes: Changes) => convertTo(changedObject(CHAPTER, changes)).accounts.configuration;
const NETWORK = '/security/network';
const ROLES = '/security/permission_model/roles';

describe('the account of the configuration of the chapter', () => {
  test('has each value once, in the order of the file, and understands all', () => {
    const account = accountOf({});
    expect(account.map(({ path }) => `/${path.join('/')}`)).toEqual(leafPointers(CHAPTER));
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
    const found = accountOf(changes).find(({ path }) => `/${path.join('/')}` === field);
    expect(found).toMatchObject({ outcome, becomes: expect.stringMatching(becomes) });
  });
});
