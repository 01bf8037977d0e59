import { describe, expect, test } from 'vitest';
import { hardenPod } from '../../../src/policy/harden/harden-pod.ts';
import type { HardenContext } from '../../../src/policy/harden/wire-pod.ts';
import { knowsGateway, wirePod } from '../../../src/policy/harden/wire-pod.ts';
import type { Pod } from '../../../src/policy/pod/pod.ts';
import {
  buildContainer,
  buildEphemeralContainer,
  buildPod,
  takeProxySecret,
  takeSandbox,
  type WritablePod,
} from '../../build/pod.ts';
import { buildReviewContext, buildRolePolicy, buildTenantPolicy } from '../../build/review-context.ts';

const URL = 'http://agent:$(CLOISTER_PROXY_SECRET)@cloister-gateway:3128';
const OWN = {
  name: 'CLOISTER_PROXY_SECRET',
  valueFrom: { secretKeyRef: { name: 'cloister-proxy-r-data-analyst', key: 'secret' } },
};
const PROXY = [
  { name: 'HTTPS_PROXY', value: URL },
  { name: 'HTTP_PROXY', value: URL },
  { name: 'NO_PROXY', value: 'localhost,127.0.0.1,cloister-gateway' },
];

function contextWith(gatewayAddresses: readonly string[] = []): HardenContext {
  const review = buildReviewContext({ user: null, tenant: buildTenantPolicy({ gatewayAddresses }) });
  return { review, role: buildRolePolicy(), startGateImage: null, now: 0 };
}

const wire = (tweak: (pod: WritablePod) => void): Pod => wirePod(buildPod(tweak), contextWith());
const harden = (tweak: (pod: WritablePod) => void, addresses: readonly string[]): Pod =>
  hardenPod(buildPod(tweak), '', contextWith(addresses)).pod;
const environmentOf = (pod: Pod) => pod.spec?.containers?.[0]?.env;

describe('wiring', () => {
  test('gives back itself a pod that has everything', () => {
    const pod = buildPod(({ spec }) => {
      spec.hostAliases = [{ ip: '10.96.0.50', hostnames: ['cloister-gateway'] }];
    }) as Pod;
    expect(wirePod(pod, contextWith(['10.96.0.50']))).toBe(pod);
    expect(wirePod(pod, contextWith([]))).toBe(pod);
  });

  test.for([
    ['none', {}],
    ['another', { 'cloister.dev/role': 'boss' }],
  ] as const)('labels a pod with %s for its role, and keeps other labels', ([, labels]) => {
    const pod = wire((one) => (one.metadata.labels = { app: 'a', ...labels }));
    expect(pod.metadata?.labels).toEqual({ app: 'a', 'cloister.dev/role': 'data-analyst' });
  });

  test.for([
    ['no alias', undefined],
    ['another address', [{ ip: '10.0.0.1', hostnames: ['cloister-gateway'] }]],
    ['one address of two', [{ ip: 'fd00::50', hostnames: ['cloister-gateway'] }]],
  ] as const)('names the addresses of the gateway where the pod has %s', ([, hostAliases]) => {
    const pod = harden(({ spec }) => Object.assign(spec, { hostAliases }), ['10.96.0.50', 'fd00::50']);
    expect(pod.spec?.hostAliases).toEqual([
      { ip: '10.96.0.50', hostnames: ['cloister-gateway'] },
      { ip: 'fd00::50', hostnames: ['cloister-gateway'] },
    ]);
  });

  test('knows the gateway by its name alone', () => {
    expect(knowsGateway(buildPod() as Pod)).toBe(false);
    expect(knowsGateway(harden(() => {}, ['10.96.0.50']))).toBe(true);
    const other = { ip: '10.96.0.50', hostnames: ['gateway'] };
    expect(knowsGateway(buildPod(({ spec }) => (spec.hostAliases = [other])) as Pod)).toBe(false);
  });
});

describe('the environment', () => {
  test('of every container but the start gate and ephemeral ones gets the secret first, then the proxy', () => {
    const pod = wire((one) => {
      one.spec.containers[0].env = [{ name: 'A', value: 'b' }];
      one.spec.initContainers.push(buildContainer('setup'));
      one.spec.ephemeralContainers = [buildEphemeralContainer()];
    });
    expect(environmentOf(pod)).toEqual([OWN, ...PROXY, { name: 'A', value: 'b' }]);
    expect(pod.spec?.initContainers?.map(({ env }) => env)).toEqual([undefined, [OWN, ...PROXY]]);
    expect(pod.spec?.ephemeralContainers?.[0]?.env).toBeUndefined();
  });

  test('gets what is missing of the proxy', () => {
    const pod = wire(({ spec }) => (spec.containers[0].env = [OWN, { name: 'no_proxy', value: 'x' }]));
    expect(environmentOf(pod)).toEqual([OWN, ...PROXY.slice(0, 2), { name: 'no_proxy', value: 'x' }]);
  });

  test('has the secret moved to the front, as it is', () => {
    const own = { ...OWN, valueFrom: { secretKeyRef: { ...OWN.valueFrom.secretKeyRef, optional: false } } };
    const pod = wire(({ spec }) => (spec.containers[0].env = [...PROXY, own]));
    expect(environmentOf(pod)).toEqual([own, ...PROXY]);
  });

  test.for<readonly [string, (pod: WritablePod) => void]>([
    ['another role', (pod) => takeProxySecret(pod, 'cloister-proxy-r-boss')],
    ['a sandbox', (pod) => takeSandbox(pod, 'other')],
    [
      'another key',
      ({ spec }) =>
        (spec.containers[0].env = [
          { ...OWN, valueFrom: { secretKeyRef: { name: OWN.valueFrom.secretKeyRef.name, key: 'token' } } },
        ]),
    ],
    ['a literal', ({ spec }) => (spec.containers[0].env = [{ name: OWN.name, value: 'x' }])],
    [
      'its own and then another',
      (pod) => {
        takeProxySecret(pod, 'cloister-proxy-r-boss');
        pod.spec.containers[0].env?.unshift(OWN);
        pod.spec.containers[0].env?.push(...PROXY);
      },
    ],
  ])('has the secret of its role in the place of that of %s', ([, tweak]) => {
    const pod = buildPod(tweak) as Pod;
    expect(environmentOf(wirePod(pod, contextWith()))).toEqual([OWN, ...PROXY]);
    const { left } = hardenPod(pod, '', contextWith(['10.96.0.50']));
    expect(left).toEqual([]);
  });
});
