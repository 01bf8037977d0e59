import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import { decideAddresses } from '../../../src/policy/egress/decide-addresses.ts';
import { FETCHED, serveFetches } from '../../gateway/egress/fetch-locally.ts';
import { createLocalNetwork, listenLocally, type LocalNetwork } from '../../gateway/egress/local-network.ts';

// Section 67.3 looks at one IPv4 address of a name, and then has the client resolve the name again and follow redirects.

const PUBLIC = '93.184.215.14';
const METADATA = '169.254.169.254';
const BLOCKED = [
  /^10\./,
  /^127\./,
  /^192\.168\./,
  /^169\.254\./,
  /^172\.(1[6-9]|2\d|3[01])\./,
  /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
];

/** The idea of the chapter: the first IPv4 address must be in none of six blocks. */
async function isFirstPublic(network: LocalNetwork, host: string): Promise<boolean> {
  const first = (await network.resolve(host, new AbortController().signal)).find(
    (one) => one.includes('.') && !one.includes(':'),
  );
  return first !== undefined && !BLOCKED.some((block) => block.test(first));
}

/** What its client does then: it resolves the name itself, and takes the first address that answers. */
async function connectByName(network: LocalNetwork, host: string): Promise<string | null> {
  for (const address of await network.resolve(host, new AbortController().signal)) {
    try {
      (await network.dial(address, 443, new AbortController().signal)).destroy();
      return address;
    } catch {
      // The next address is tried, as clients do.
    }
  }
  return null;
}

describe('a check of the first address lets a client reach', () => {
  test.for<[string, readonly (readonly string[])[], string]>([
    ['the metadata service by a second address', [[PUBLIC, METADATA]], METADATA],
    ['the metadata service by a second answer of the DNS', [[PUBLIC], [METADATA]], METADATA],
    ['the host itself by IPv6', [['::1', PUBLIC]], '::1'],
    ['a private network by a mapped address', [['::ffff:10.0.0.1', PUBLIC]], '::ffff:10.0.0.1'],
    ['the metadata service through NAT64', [['64:ff9b::a9fe:a9fe', PUBLIC]], '64:ff9b::a9fe:a9fe'],
    ['the service of a cloud at an address that looks public', [['168.63.129.16']], '168.63.129.16'],
    ['every interface of the machine', [['0.0.0.0']], '0.0.0.0'],
    ['a group of machines', [['224.0.0.1']], '224.0.0.1'],
  ])('%s, and all addresses together are refused', async ([, answers, reached]) => {
    const local = createServer((_request, response) => response.end('private'));
    const network = createLocalNetwork();
    network.name('api.example.com', ...answers);
    network.address(reached, await listenLocally(local));
    expect(await isFirstPublic(network, 'api.example.com')).toBe(true);
    expect(await connectByName(network, 'api.example.com')).toBe(reached);
    for (const addresses of answers.filter((one) => one.includes(reached)))
      expect(decideAddresses(addresses, []).effect).toBe('Deny');
  });
});

test('a name that changes between the check and the connection is resolved once, and what was judged is dialled', async () => {
  const world = await serveFetches((_request, response) => response.end('public'));
  world.network.name('api.example.com', [PUBLIC], [METADATA]);
  const result = await world.fetch(FETCHED, {
    decideAddresses: (addresses) => decideAddresses(addresses, []),
  });
  expect('response' in result).toBe(true);
  expect([world.network.names, world.network.dialled]).toEqual([['api.example.com'], [`${PUBLIC} 443`]]);
});

describe('a redirect', () => {
  test('leads a client that was checked before to the metadata service', async () => {
    const metadata = await listenLocally(createServer((_request, response) => response.end('role-token')));
    const allowed = await listenLocally(
      createServer((_request, response) =>
        response.writeHead(302, { location: `http://127.0.0.1:${metadata}/` }).end(),
      ),
    );
    // The URL was checked, and the client follows three redirects.
    const response = await fetch(`http://127.0.0.1:${allowed}/`);
    expect(await response.text()).toBe('role-token');
  });

  test.for([
    `http://${METADATA}/latest`,
    `https://${METADATA}/latest`,
    'https://elsewhere.example.org/',
    'http://api.example.com/',
  ])('to %s is not followed by the gateway', async (location) => {
    const world = await serveFetches((_request, response) => response.writeHead(302, { location }).end());
    const result = await world.fetch(FETCHED, {
      decideAddresses: (addresses) => decideAddresses(addresses, []),
    });
    expect(result).toHaveProperty('refusal');
    expect(world.network.dialled).toHaveLength(1);
  });
});
