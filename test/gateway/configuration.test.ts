import { expect, test } from 'vitest';
import { readConfiguration } from '../../src/gateway/configuration.ts';

test('only the tenant must be set', () => {
  expect(readConfiguration(['--tenant=acme'], {})).toEqual({
    address: undefined,
    ports: { api: 8443, canary: 8444, probes: 8081, metrics: 9090 },
    kubeconfig: undefined,
    tenant: 'acme',
    namespace: 'cloister-t-acme',
    certificateFolder: '/etc/cloister-gateway',
    drainMilliseconds: 5_000,
    logLevel: 'info',
  });
});

test('every setting can be set', () => {
  const flags = [
    '--address=127.0.0.1',
    '--api-port=1',
    '--canary-port=2',
    '--probe-port=3',
    '--metrics-port=4',
    '--kubeconfig=/k',
    '--namespace=other',
    '--certificate-folder=/c',
    '--drain-seconds=0',
    '--log-level=debug',
  ];
  expect(readConfiguration(flags, { CLOISTER_TENANT: 'acme' })).toEqual({
    address: '127.0.0.1',
    ports: { api: 1, canary: 2, probes: 3, metrics: 4 },
    kubeconfig: '/k',
    tenant: 'acme',
    namespace: 'other',
    certificateFolder: '/c',
    drainMilliseconds: 0,
    logLevel: 'debug',
  });
});

test('without a tenant the gateway says what it needs', () => {
  expect(() => readConfiguration([], {})).toThrow(
    'the gateway cannot start:\n  --tenant (or CLOISTER_TENANT) is not set; it must be',
  );
});
