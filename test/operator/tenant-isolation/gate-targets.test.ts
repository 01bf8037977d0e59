import { describe, expect, test } from 'vitest';
import type { GateTarget } from '../../../src/lib/gate-protocol.ts';
import { gateTargets } from '../../../src/operator/tenant-isolation/gate-targets.ts';

const target = (address: string, more: Partial<GateTarget> = {}): GateTarget => ({
  name: 'api-server',
  address,
  port: 443,
  protocol: 'TCP',
  ...more,
});

describe('gateTargets', () => {
  test('has each target once, in an order that does not depend on that in which they were found', () => {
    const found = [
      target('10.0.0.2'),
      target('10.0.0.1'),
      target('10.0.0.2'),
      target('10.0.0.2', { protocol: 'UDP' }),
    ];
    const { targets } = gateTargets(found);
    expect(targets).toHaveLength(3);
    expect(gateTargets([...found].reverse()).targets).toEqual(targets);
  });

  test.for([
    ['127.0.0.1', /loopback/],
    ['127.0.0.53', /loopback/],
    ['::1', /loopback/],
    ['0.0.0.0', /unspecified/],
    ['::', /unspecified/],
    ['239.1.1.1', /multicast/],
    ['ff02::1', /multicast/],
    ['255.255.255.255', /broadcast/],
    ['kubernetes.example', /not an IP address/],
    ['', /not an IP address/],
  ] as const)('leaves out "%s" and says why', ([address, reason]) => {
    const { targets, leftOut } = gateTargets([target(address)]);
    expect(targets).toEqual([]);
    expect(leftOut).toMatchObject([{ target: { address }, reason: expect.stringMatching(reason) }]);
  });

  test.for(['10.96.0.1', '169.254.20.10', '1.1.1.1', 'fd00::10', 'fe80::1%eth0', '2001:db8::1'])(
    'keeps %s',
    (address) => {
      expect(gateTargets([target(address)])).toEqual({ targets: [target(address)], leftOut: [] });
    },
  );
});
