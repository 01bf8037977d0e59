import { describe, expect, test } from 'vitest';
import {
  dnsLabel,
  listOf,
  oneOf,
  quantity,
  readSettings,
  socketAddress,
  wholeNumber,
} from '../../src/lib/settings.ts';

const read = (parameters: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  readSettings(
    { program: 'gateway', names: ['probe-port', 'namespace', 'log-level'], parameters, environment },
    (setting) => ({
      port: setting('probe-port', wholeNumber(0, 65_535), 8081),
      namespace: setting('namespace', dnsLabel, 'cloister-system'),
      level: setting('log-level', oneOf('info', 'debug'), 'info'),
    }),
  );

describe('settings', () => {
  test('that are not set have their fallback', () => {
    expect(read([])).toEqual({ port: 8081, namespace: 'cloister-system', level: 'info' });
  });

  test('are read from flags first, then from the environment', () => {
    const environment = { CLOISTER_PROBE_PORT: '1', CLOISTER_NAMESPACE: 'agents', HOME: '/root' };
    expect(read(['--probe-port=2'], environment)).toEqual({ port: 2, namespace: 'agents', level: 'info' });
  });

  test('that are wrong are all listed, with the flag, the variable, the value and what it must be', () => {
    const wrong = () =>
      read(['--probe-port=99999', '--prot=1', 'x', '--namespace'], { CLOISTER_LOG_LEVEL: 'loud' });
    expect(wrong).toThrow(
      [
        'the gateway cannot start:',
        '  "x" is not a flag; write settings as --name=value',
        '  --prot is not a setting; the settings are probe-port, namespace, log-level',
        '  --namespace has no value; write --namespace=value',
        '  --probe-port (or CLOISTER_PROBE_PORT) is "99999"; it must be a whole number from 0 to 65535',
        '  --log-level (or CLOISTER_LOG_LEVEL) is "loud"; it must be one of info, debug',
      ].join('\n'),
    );
  });

  test('that are required and not set are listed as well', () => {
    const source = { program: 'gateway', names: ['tenant', 'namespace'], required: ['tenant'] } as const;
    const readTenant = (environment: Readonly<Record<string, string>>) =>
      readSettings({ ...source, parameters: [], environment }, (setting) => setting('tenant', dnsLabel, ''));
    expect(() => readTenant({})).toThrow('  --tenant (or CLOISTER_TENANT) is not set; it must be');
    expect(readTenant({ CLOISTER_TENANT: 'acme' })).toBe('acme');
  });
});

describe('a setting', () => {
  test.for([
    ['a list', listOf(wholeNumber(1, 10)), '1, 2,3', [1, 2, 3]],
    ['an empty list', listOf(wholeNumber(1, 10)), '', []],
    ['a quantity', quantity, '500m', '500m'],
    ['an IPv4 address and a port', socketAddress, '1.1.1.1:443', { address: '1.1.1.1', port: 443 }],
    ['an IPv6 address and a port', socketAddress, '[2001:db8::1]:53', { address: '2001:db8::1', port: 53 }],
  ] as const)('may be %s', ([, parse, text, value]) => {
    expect(parse(text)).toEqual({ value });
  });

  test.for([
    ['an item of a list', listOf(wholeNumber(1, 10)), '1,11', /each a whole number from 1 to 10/],
    ['a quantity', quantity, 'much', /a quantity above zero/],
    ['a quantity of nothing', quantity, '0', /a quantity above zero/],
    ['a name for an address', socketAddress, 'dns.example:53', /an address and a port/],
    ['an address without a port', socketAddress, '1.1.1.1', /an address and a port/],
    ['a port that is none', socketAddress, '1.1.1.1:70000', /an address and a port/],
  ] as const)('is refused as %s', ([, parse, text, problem]) => {
    expect(parse(text)).toEqual({ problem: expect.stringMatching(problem) });
  });
});
