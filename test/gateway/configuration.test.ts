import { expect, test } from 'vitest';
import { readConfiguration } from '../../src/gateway/configuration.ts';

test('only the tenant must be set', () => {
  expect(readConfiguration(['--tenant=acme'], {})).toEqual({
    address: undefined,
    ports: { proxy: 3128, api: 8443, canary: 8444, probes: 8081, metrics: 9090 },
    kubeconfig: undefined,
    tenant: 'acme',
    namespace: 'cloister-t-acme',
    certificateFolder: '/etc/cloister-gateway',
    drainMilliseconds: 5_000,
    replicas: 1,
    deniedAddresses: [],
    audit: {
      replica: 'gateway',
      folder: null,
      keyFolder: null,
      standardOutput: 'Off',
      retentionDays: 365,
    },
    vault: null,
    logLevel: 'info',
  });
});

test('every setting can be set', () => {
  const flags = [
    '--address=127.0.0.1',
    '--proxy-port=5',
    '--api-port=1',
    '--canary-port=2',
    '--probe-port=3',
    '--metrics-port=4',
    '--kubeconfig=/k',
    '--namespace=other',
    '--certificate-folder=/c',
    '--drain-seconds=0',
    '--replicas=3',
    '--audit-replica=cloister-gateway-1',
    '--audit-folder=/a',
    '--audit-key-folder=/k/e/y',
    '--audit-standard-output=On',
    '--audit-retention-days=7',
    '--vault-address=https://vault.example:8200/',
    '--vault-ca-file=/v/ca.crt',
    '--log-level=debug',
  ];
  expect(readConfiguration(flags, { CLOISTER_TENANT: 'acme' })).toEqual({
    address: '127.0.0.1',
    ports: { proxy: 5, api: 1, canary: 2, probes: 3, metrics: 4 },
    kubeconfig: '/k',
    tenant: 'acme',
    namespace: 'other',
    certificateFolder: '/c',
    drainMilliseconds: 0,
    replicas: 3,
    deniedAddresses: [],
    audit: {
      replica: 'cloister-gateway-1',
      folder: '/a',
      keyFolder: '/k/e/y',
      standardOutput: 'On',
      retentionDays: 7,
    },
    vault: { address: 'https://vault.example:8200', authorityFile: '/v/ca.crt' },
    logLevel: 'debug',
  });
});

test('without a tenant the gateway says what it needs', () => {
  expect(() => readConfiguration([], {})).toThrow(
    'the gateway cannot start:\n  --tenant (or CLOISTER_TENANT) is not set; it must be',
  );
});

test('blocks of addresses are denied, and what is no block is named', () => {
  const read = (blocks: string) => readConfiguration(['--tenant=acme', `--denied-addresses=${blocks}`], {});
  const { deniedAddresses } = read('203.0.113.0/24,2001:db8::/32');
  expect(deniedAddresses.map((block) => block.has('203.0.113.7'))).toEqual([true, false]);
  expect(() => read('203.0.113.0/33')).toThrow('a list, separated by commas, each a block of addresses');
});
