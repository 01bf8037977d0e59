import { createSecureContext } from 'node:tls';
import { expect, test, vi } from 'vitest';
import { createCertificateAuthority } from '../../../src/certificates/issue.ts';
import { createDestinations } from '../../../src/gateway/upstreams/destinations.ts';
import { createTrust } from '../../../src/gateway/upstreams/trusted-authorities.ts';
import { decideAddresses } from '../../../src/policy/egress/decide-addresses.ts';
import { decideServiceAddresses } from '../../../src/policy/egress/decide-service-addresses.ts';
import { buildCallPolicy } from '../../build/call-policy.ts';

const SERVICE = { namespace: 'models', name: 'llama', port: 8443 };
const at = (upstream: string, namespace: string, name: string) =>
  ({
    name: upstream,
    protocol: 'HTTP',
    baseURL: 'https://llama.example.com',
    destination: { service: { namespace, name, port: 443 } },
  }) as const;
const { upstreams } = buildCallPolicy({
  upstreams: [
    { name: 'public', protocol: 'HTTP', baseURL: 'https://api.example.com' },
    {
      name: 'service',
      protocol: 'HTTP',
      baseURL: 'https://llama.example.com',
      destination: { service: SERVICE },
    },
    at('gateway', 'cloister-t-acme', 'cloister-gateway'),
    at('webhook', 'cloister-system', 'cloister-webhook'),
    at('api', 'default', 'kubernetes'),
    at('vault', 'vault', 'vault'),
  ],
});

function find(upstream: string, addresses: readonly string[]) {
  const resolve = vi.fn(async () => addresses);
  const time = { now: 0 };
  const destinations = createDestinations({
    network: { resolve, dial: () => Promise.reject(new Error('not dialled')) },
    decideAddresses: (found) => decideAddresses(found, []),
    decideServiceAddresses: (found) => decideServiceAddresses(found, []),
    service: (wanted) => ({ ...wanted, targetPort: 9443, addresses }),
    vaultHost: 'vault.vault.svc',
    monotonicNow: () => time.now,
  });
  const ask = () => destinations.ofUpstream(upstreams.get(upstream)!, new AbortController().signal);
  return { ask, resolve, time };
}

test('a Service is at the endpoints that the operator tells, and its name is not resolved', async () => {
  const { ask, resolve } = find('service', ['10.244.0.20']);
  expect(await ask()).toEqual({ destination: { addresses: ['10.244.0.20'], port: 9443 } });
  expect(resolve).not.toHaveBeenCalled();
});

test('each endpoint of a Service is tried first in its turn', async () => {
  const { ask } = find('service', ['10.244.0.20', '10.244.0.21']);
  const firsts = [await ask(), await ask(), await ask()].map(
    (found) => 'destination' in found && found.destination.addresses[0],
  );
  expect(firsts).toEqual(['10.244.0.21', '10.244.0.20', '10.244.0.21']);
});

test.for([
  ['gateway', 'it is in a namespace of Cloister'],
  ['webhook', 'it is in a namespace of Cloister'],
  ['api', 'it is the API server'],
  ['vault', 'it is Vault'],
] as const)('an upstream at the Service of %s is refused, whatever is told of it', async ([name, why]) => {
  const found = await find(name, ['10.244.0.20']).ask();
  expect(found).toMatchObject({
    refusal: { reason: 'AddressNotAllowed', message: expect.stringContaining(why) },
  });
});

test.for([
  ['service', [], 'ServiceNotKnown'],
  ['service', ['169.254.169.254'], 'AddressNotAllowed'],
  ['public', ['10.96.0.20'], 'AddressNotAllowed'],
] as const)('an upstream with %s addresses %s is refused with %s', async ([upstream, addresses, reason]) => {
  expect(await find(upstream, addresses).ask()).toMatchObject({ refusal: { reason } });
});

test('a name is resolved once for many calls, and again after a while', async () => {
  const { ask, resolve, time } = find('public', ['93.184.216.34']);
  await ask();
  await ask();
  expect(resolve).toHaveBeenCalledTimes(1);
  time.now = 30_001;
  expect(await ask()).toEqual({ destination: { addresses: ['93.184.216.34'], port: 443 } });
  expect(resolve).toHaveBeenCalledTimes(2);
});

test('a bundle is trusted by itself, and refused without certificates', async () => {
  const others = createSecureContext();
  const trust = createTrust(others);
  expect(trust(null, null)).toBe(others);
  const { certificate } = await createCertificateAuthority(Date.now());
  expect(trust(btoa(certificate), null)).not.toBe(others);
  expect(trust(btoa(certificate), null)).toBe(trust(btoa(certificate), null));
  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  for (const text of ['', 'not a certificate', broken]) {
    expect(() => trust(btoa(text), null)).toThrow('caBundle');
  }
});
