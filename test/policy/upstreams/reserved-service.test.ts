import { expect, test } from 'vitest';
import { serviceOfHost, vaultHostOf, whyReserved } from '../../../src/policy/upstreams/reserved-service.ts';

test.for([
  ['vault.vault.svc', { namespace: 'vault', name: 'vault' }],
  ['Vault.Secrets.svc.cluster.local', { namespace: 'secrets', name: 'vault' }],
  ['vault.secrets.svc.cluster.local.', { namespace: 'secrets', name: 'vault' }],
  ['vault.secrets', { namespace: 'secrets', name: 'vault' }],
  ['vault.corp.example', null],
  ['vault', null],
  ['10.9.0.3', null],
] as const)('the host %s is of the Service %j', ([host, service]) => {
  expect(serviceOfHost(host)).toEqual(service);
});

test.for([
  ['cloister-system', 'anything', 'it is in a namespace of Cloister'],
  ['cloister-t-acme', 'anything', 'it is in a namespace of Cloister'],
  ['default', 'kubernetes', 'it is the API server'],
  ['vault', 'vault', 'it is Vault'],
  ['default', 'vault', null],
  ['models', 'kubernetes', null],
  ['cloister', 'anything', null],
] as const)('the Service %s/%s is refused by its name: %s', ([namespace, name, why]) => {
  expect(whyReserved({ namespace, name }, 'vault.vault.svc')).toBe(why);
});

test('where there is no Vault, a Service of that name is one as any', () => {
  expect(whyReserved({ namespace: 'vault', name: 'vault' }, null)).toBeNull();
});

test.for([
  ['https://vault.vault.svc:8200', 'vault.vault.svc'],
  ['https://10.9.0.3', '10.9.0.3'],
  ['https://[fd12::9]:8200', 'fd12::9'],
  [null, null],
] as const)('the host of Vault at %s is %s', ([address, host]) => {
  expect(vaultHostOf(address)).toBe(host);
});
