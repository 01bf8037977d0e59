import { describe, expect, test } from 'vitest';
import { parseQuantity } from '../../src/lib/quantity.ts';
import { refusedBy } from './refused-by.ts';

const memory = (amount: unknown) => refusedBy({ '/spec/containers/0/resources/limits/memory': amount });

describe('an amount that is to be read as less than it is', () => {
  test.for([
    '2147483649', // a byte above the role's 2Gi
    '2147483648000000001n', // a nano-unit above it
    '2147483648.0000000001', // less than that, which rounds up
    '2.0000001Gi',
    '1E', // exa, and not an exponent without digits
    '1e10',
    '1e999',
    '9007199254740993', // beyond what a double keeps
    Number.MAX_VALUE,
    '0',
    '-0',
    '0e3',
    '-1',
    '',
    ' 1Gi',
    '1Gi ',
    '1GI',
    '1 Gi',
    '1_000',
    '0x10',
    'NaN',
    'Infinity',
    '１Gi', // a full-width one
    '9'.repeat(65),
    `1${'0'.repeat(1_000_000)}`,
    '1E999999',
    '1e-999999',
  ])('%j of memory is refused', (amount) => {
    expect(memory(amount)).toEqual(['resource-limits']);
  });

  // The last rounds up to a nano-unit: a limit, and no memory to run in.
  test.for(['2Gi', '2147483648', '2147483648000m', '2097152Ki', '1e-999'])(
    '%j is within the role',
    (amount) => {
      expect(memory(amount)).toEqual([]);
    },
  );

  test('an exponent costs no more than three digits of it', () => {
    expect(parseQuantity('1e999999999')).toBeNull();
    expect(parseQuantity('1e-999999999')).toBeNull();
  });

  test('a resource that every object has is no resource of the role', () => {
    const limits = { cpu: '1', memory: '1Gi', 'ephemeral-storage': '1Gi', constructor: '1', toString: '1' };
    expect(refusedBy({ '/spec/containers/0/resources/limits': limits })).toEqual(['devices']);
  });

  test('KEP-753: init containers are counted beside the sidecars started before them', () => {
    const closed = {
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
    };
    const image = `ghcr.io/acme/x@sha256:${'ab'.repeat(32)}`;
    const limits = { cpu: '1', memory: '2Gi', 'ephemeral-storage': '512Mi' };
    const small = { cpu: '1m', memory: '1Mi', 'ephemeral-storage': '1Mi' };
    const sidecar = { name: 'side', image, ...closed, resources: { limits: small }, restartPolicy: 'Always' };
    const fetch = { name: 'fetch', image, ...closed, resources: { limits } };
    const pod = (first: object, second: object) => ({
      '/spec/initContainers/1': first,
      '/spec/initContainers/2': second,
      '/spec/containers/0/resources/limits': small,
    });
    expect(refusedBy(pod(sidecar, fetch))).toEqual(['resource-limits']);
    expect(refusedBy(pod(fetch, sidecar))).toEqual([]);
  });
});
