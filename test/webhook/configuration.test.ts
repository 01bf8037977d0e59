import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS, readConfiguration } from '../../src/webhook/configuration.ts';
import { deployedMemory, deployedNodeFlags } from '../testbed/deployed-node-flags.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('the configuration', () => {
  test('without any setting is that of the chart', () => {
    expect(readConfiguration([], {})).toMatchObject({
      address: undefined,
      ports: { reviews: 9443, probes: 8081, metrics: 9090 },
      namespace: 'cloister-system',
      hosts: ['cloister-webhook.cloister-system.svc', 'cloister-webhook.cloister-system.svc.cluster.local'],
      admission: {
        operatorUser: 'system:serviceaccount:cloister-system:cloister-operator',
        startGateDigests: [],
      },
      drainMilliseconds: 10_000,
      logLevel: 'info',
    });
  });

  test('takes flags over the environment', () => {
    const { ports, namespace } = readConfiguration(['--port=1234'], {
      CLOISTER_PORT: '1',
      CLOISTER_PROBE_PORT: '2',
      CLOISTER_NAMESPACE: 'security',
    });
    expect({ ports, namespace }).toEqual({
      ports: { reviews: 1234, probes: 2, metrics: 9090 },
      namespace: 'security',
    });
  });

  test.for([
    ['https://127.0.0.1:9443', '127.0.0.1'],
    ['https://[::1]:9443', '::1'],
    ['https://webhook.example.com', 'webhook.example.com'],
  ])('of a webhook outside the cluster puts the host of %s first', ([url, host]) => {
    expect(readConfiguration([`--url=${url}`], {}).hosts[0]).toBe(host);
  });

  test('reads digests with spaces between them', () => {
    const { admission } = readConfiguration([`--start-gate-digests=${DIGEST}, ${DIGEST}`], {});
    expect(admission.startGateDigests).toEqual([DIGEST]);
  });

  test.for([
    ['--port=99999', '--port (or CLOISTER_PORT) is "99999"; it must be a whole number from 0 to 65535'],
    ['--port=1e3', 'whole number'],
    ['--namespace=Cloister', 'lower-case letters'],
    ['--url=http://127.0.0.1', 'https:// URL'],
    ['--url=https://127.0.0.1/decide', 'only a host and a port'],
    ['--start-gate-digests=latest', '"latest" is not a digest'],
    ['--log-level=loud', 'one of trace, debug, info'],
    ['--reviews-in-flight=0', 'from 1 to'],
    ['--operator-user=', 'not empty'],
    ['--prot=1', '--prot is not a setting; the settings are'],
    ['--port', '--port has no value'],
    ['9443', '"9443" is not a flag'],
  ])('refuses %s', ([flag, why]) => {
    expect(() => readConfiguration([flag!], {})).toThrow(why);
  });

  test('says everything that is wrong at once', () => {
    const read = () => readConfiguration(['--port=x', '--log-level=y'], {});
    expect(read).toThrow(/--port[^]*--log-level/);
  });
});

// A body is there twice while its chunks are joined.
test('heap, bodies and 64 MiB for the runtime fit the memory limit of the chart', () => {
  const mebibyte = 1024 * 1024;
  const flags = deployedNodeFlags('webhook');
  const flag = (name: string): number => Number(flags.find((word) => word.startsWith(name))?.split('=')[1]);
  const heap = flag('--max-old-space-size') + 3 * flag('--max-semi-space-size');
  const bodies = (2 * DEFAULT_LIMITS.maxBufferedBytes) / mebibyte;
  expect(heap + bodies + 64).toBeLessThanOrEqual(deployedMemory('webhook') / mebibyte);
  expect(DEFAULT_LIMITS.maxBodyBytes).toBeLessThan(DEFAULT_LIMITS.maxBufferedBytes);
});
