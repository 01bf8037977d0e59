import { describe, expect, test } from 'vitest';
import { decideConnect } from '../../../src/policy/egress/decide-connect.ts';
import { buildCallPolicy } from '../../build/call-policy.ts';

const policy = buildCallPolicy({
  network: {
    allow: [
      { host: 'github.com' },
      { host: '*.example.com', ports: [443, 8443], maxUploadBytes: '1Mi', encryptedClientHello: 'Tolerate' },
      { host: 'special.example.com', ports: [443], maxUploadBytes: '1Ki', idleSeconds: 5, maxSeconds: 10 },
    ],
  },
});

describe('a connection', () => {
  test('to an allowed host has the bounds of the role', () => {
    expect(decideConnect(policy, 'github.com:443')).toEqual({
      decision: { effect: 'Allow', exemptions: [] },
      rule: 'spec.network.allow["github.com"]',
      level: 'Gateway',
      destination: {
        host: 'github.com',
        port: 443,
        maxUploadBytes: 16 * 1024 ** 2,
        maxDownloadBytes: 1024 ** 3,
        idleSeconds: 300,
        maxSeconds: 3600,
        encryptedClientHello: 'Refuse',
      },
    });
  });

  test.for<[string, string, Readonly<Record<string, unknown>>]>([
    [
      'under a wildcard has its bounds',
      'a.b.example.com:8443',
      { maxUploadBytes: 1024 ** 2, encryptedClientHello: 'Tolerate' },
    ],
    [
      'to a host of two destinations has the bounds of the more specific',
      'special.example.com:443',
      { maxUploadBytes: 1024, idleSeconds: 5, maxSeconds: 10 },
    ],
    [
      'to a port of the wildcard only has the bounds of the wildcard',
      'special.example.com:8443',
      { maxUploadBytes: 1024 ** 2 },
    ],
  ])('%s', ([, authority, bounds]) => {
    expect(decideConnect(policy, authority).destination).toMatchObject(bounds);
  });

  test.for<[string, string, string, string | null]>([
    ['to another host is denied', 'evil.example:443', 'HostNotAllowed', 'spec.network.allow'],
    ['to a name below an exact host is denied', 'api.github.com:443', 'HostNotAllowed', 'spec.network.allow'],
    ['to the apex of a wildcard is denied', 'example.com:443', 'HostNotAllowed', 'spec.network.allow'],
    [
      'to a host that ends like an allowed one is denied',
      'evilexample.com:443',
      'HostNotAllowed',
      'spec.network.allow',
    ],
    [
      'to a host that begins like an allowed one is denied',
      'github.com.evil.example:443',
      'HostNotAllowed',
      'spec.network.allow',
    ],
    [
      'to a name that looks like an allowed one is denied',
      'xn--gthub-n4a.com:443',
      'HostNotAllowed',
      'spec.network.allow',
    ],
    [
      'to another port is denied',
      'github.com:22',
      'PortNotAllowed',
      'spec.network.allow["github.com"].ports',
    ],
    ['in upper case is denied', 'GitHub.com:443', 'HostNotCanonical', null],
    ['with a trailing dot is denied', 'github.com.:443', 'HostNotCanonical', null],
    ['to a port that wraps to 443 is denied', 'github.com:65979', 'HostNotCanonical', null],
    ['to an address is denied', '140.82.121.4:443', 'HostNotCanonical', null],
    ['to a name of Object.prototype is denied', 'constructor:443', 'HostNotCanonical', null],
  ])('%s', ([, authority, reason, rule]) => {
    expect(decideConnect(policy, authority)).toMatchObject({ decision: { effect: 'Deny', reason }, rule });
    expect(decideConnect(policy, authority).destination).toBeUndefined();
  });

  test('is denied by a role that allows none', () => {
    expect(decideConnect(buildCallPolicy({}), 'github.com:443')).toMatchObject({
      decision: { effect: 'Deny' },
    });
  });
});
