import { describe, expect, test } from 'vitest';
import { readConfiguration } from '../../src/operator/configuration.ts';

const ADDRESS = '--vault-address=https://vault.example.com:8200';
const read = (...flags: readonly string[]) => readConfiguration(flags, {}).vault;

describe('the settings of Vault', () => {
  test.for([[[]], [['--vault-address=']]] as const)('are none with %j', ([flags]) => {
    expect(read(...flags)).toBe(null);
  });

  test('have defaults for all but the address', () => {
    expect(read(ADDRESS)).toEqual({
      address: 'https://vault.example.com:8200',
      authorityFile: null,
      authMount: 'kubernetes',
      role: 'operator-cloister',
      namespace: null,
      tokenFile: '/var/run/secrets/cloister.dev/vault/token',
    });
  });

  test('are what is written', () => {
    const flags = [
      'ca-file=/ca.crt',
      'auth-mount=team/k8s',
      'role=ops',
      'namespace=admin/acme',
      'token-file=/t',
    ];
    expect(read(ADDRESS, ...flags.map((flag) => `--vault-${flag}`))).toEqual({
      address: 'https://vault.example.com:8200',
      authorityFile: '/ca.crt',
      authMount: 'team/k8s',
      role: 'ops',
      namespace: 'admin/acme',
      tokenFile: '/t',
    });
  });

  test.for([
    ['https://vault.example.com', 'https://vault.example.com'],
    ['https://vault.example.com/', 'https://vault.example.com'],
    ['https://[2001:db8::1]:8200', 'https://[2001:db8::1]:8200'],
    ['http://127.0.0.1:8200', 'http://127.0.0.1:8200'],
    ['http://[::1]:8200', 'http://[::1]:8200'],
  ])('take the address %s', ([text, address]) => {
    expect(read(`--vault-address=${text}`)?.address).toBe(address);
  });

  test.for([
    ['vault.example.com:8200', 'an https:// URL'],
    ['http://vault.example.com:8200', 'http:// only to 127.0.0.1'],
    ['http://localhost:8200', 'http:// only to 127.0.0.1'],
    ['http://127.0.0.1.example.com:8200', 'http:// only to 127.0.0.1'],
    ['https://vault.example.com/v1', 'only a host and a port'],
    ['https://vault.example.com?a=b', 'only a host and a port'],
    ['https://user@vault.example.com', 'only a host and a port'],
    ['ftp://vault.example.com', 'an https:// URL'],
  ])('refuse the address %s', ([text, problem]) => {
    expect(() => read(`--vault-address=${text}`)).toThrow(problem);
  });

  test.for([
    ['vault-auth-mount', 'a/'],
    ['vault-auth-mount', '/a'],
    ['vault-auth-mount', 'a/../b'],
    ['vault-auth-mount', ''],
    ['vault-namespace', 'a//b'],
    ['vault-namespace', 'a b'],
    ['vault-role', 'cloister.acme.agents.one'],
    ['vault-role', 'Cloister.a'],
    ['vault-role', 'a/b'],
    ['vault-token-file', ''],
    ['vault-ca-file', ' '],
  ])('refuse --%s=%s', ([name, value]) => {
    expect(() => read(ADDRESS, `--${name}=${value}`)).toThrow(`--${name} (or `);
  });

  test('without an address name every flag that needs one', () => {
    const names = ['ca-file', 'auth-mount', 'role', 'namespace', 'token-file'];
    const problems = names.map(
      (name) => `--vault-${name} (or CLOISTER_VAULT_${name.toUpperCase().replace('-', '_')})`,
    );
    const flags = names.map((name) => `--vault-${name}=a`);
    expect(() => read(...flags)).toThrow(
      `the operator cannot start:\n${problems.map((one) => `  ${one} is "a"; it must be left out where --vault-address is not set`).join('\n')}`,
    );
  });

  test('with a wrong address name that alone', () => {
    expect(() => read('--vault-address=vault', '--vault-role=ops')).toThrow(
      /^the operator cannot start:\n {2}--vault-address[^\n]*$/,
    );
  });

  test('take no certificates for an address without TLS', () => {
    expect(() => read('--vault-address=http://127.0.0.1:8200', '--vault-ca-file=/ca.crt')).toThrow(
      '--vault-ca-file (or CLOISTER_VAULT_CA_FILE) is "/ca.crt"; it must be left out where --vault-address begins with http://',
    );
  });
});
