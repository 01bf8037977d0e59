import { describe, expect, test } from 'vitest';
import { changedObject } from '../../build/changed-object.ts';
import { COMPOSE_FILE, CONFIGURATION_FILE, convertTo, readOne } from './chapter-files.ts';

type Changes = Readonly<Record<string, unknown>>;

const CHAPTER = readOne(CONFIGURATION_FILE);
const accountOf = (changes: Changes) => convertTo(changedObject(CHAPTER, changes)).accounts.configuration;
const NETWORK = '/security/network';
const ROLES = '/security/permission_model/roles';

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
    const { accounts, objects, chartValues } = convertTo(changedObject(CHAPTER, changes));
    const wrong = accounts.configuration.filter(({ outcome }) => outcome === 'NotUnderstood');
    expect(wrong.map(({ path }) => `/${path.join('/')}`)).toEqual([field]);
    expect(wrong[0]?.becomes).toContain(becomes);
    expect([objects, chartValues]).toEqual([[], null]);
  });

  test('a name that JavaScript treats in its own way', () => {
    const written = JSON.parse(
      '{"security": {"permission_model": {"roles": {"__proto__": {"allowed_tools": ["read_file"]}}}}}',
    );
    expect(convertTo(written).accounts.configuration).toMatchObject([{ outcome: 'NotUnderstood' }]);
  });

  test('a secret in a field of another kind is in no message', () => {
    const secret = 'hvs.CAESIJ-secret';
    for (const field of ['/security/secrets/vault_token', '/security/secrets/vault_url', `${NETWORK}/mode`]) {
      const account = accountOf({ [field]: `https://root:${secret}@vault.example; it must` });
      expect(account.map(({ becomes }) => becomes).join('\n')).not.toContain(secret);
    }
  });
});

describe('a value of the file for Docker Compose is not understood', () => {
  const SERVICE = '/services/hermes-agent';

  test.for<[string, Changes, string]>([
    ['a container with privileges', { [`${SERVICE}/privileged`]: true }, `${SERVICE}/privileged`],
    ['an added capability', { [`${SERVICE}/cap_add`]: ['SYS_ADMIN'] }, `${SERVICE}/cap_add/0`],
    ['the network of the host', { [`${SERVICE}/network_mode`]: 'host' }, `${SERVICE}/network_mode`],
    ['root', { [`${SERVICE}/user`]: 'root' }, `${SERVICE}/user`],
    ['root by number', { [`${SERVICE}/user`]: '0:0' }, `${SERVICE}/user`],
    [
      'privileges that may grow',
      { [`${SERVICE}/security_opt/0`]: 'no-new-privileges:false' },
      `${SERVICE}/security_opt/0`,
    ],
    [
      'a variable',
      { [`${SERVICE}/environment`]: { OPENAI_API_KEY: 'sk-secret' } },
      `${SERVICE}/environment/OPENAI_API_KEY`,
    ],
    [
      'a path that climbs',
      { [`${SERVICE}/volumes/0/target`]: '/data/../etc' },
      `${SERVICE}/volumes/0/target`,
    ],
  ])('%s', ([, changes, field]) => {
    const compose = changedObject(readOne(COMPOSE_FILE), changes);
    const { accounts, objects } = convertTo(CHAPTER, { compose });
    const wrong = accounts.compose.filter(({ outcome }) => outcome === 'NotUnderstood');
    expect(wrong.map(({ path }) => `/${path.join('/')}`)).toEqual([field]);
    expect(wrong.map(({ becomes }) => becomes).join('')).not.toContain('sk-secret');
    expect(objects).toEqual([]);
  });
});
