import { describe, expect, test } from 'vitest';
import { hardenPod } from '../../../src/policy/harden/harden-pod.ts';
import { type HardenContext, knowsGateway, wirePod } from '../../../src/policy/harden/wire-pod.ts';
import type { EnvironmentVariable, Pod } from '../../../src/policy/pod/pod.ts';
import {
  buildContainer,
  buildEphemeralContainer,
  buildPod,
  START_GATE_DIGEST,
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
const HOSTS = 'localhost,127.0.0.1,cloister-gateway';
const PROXY = [
  { name: 'HTTPS_PROXY', value: URL },
  { name: 'https_proxy', value: URL },
  { name: 'HTTP_PROXY', value: URL },
  { name: 'http_proxy', value: URL },
  { name: 'NO_PROXY', value: HOSTS },
  { name: 'no_proxy', value: HOSTS },
];
const BUNDLE = [
  'SSL_CERT_FILE',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'AWS_CA_BUNDLE',
  'PIP_CERT',
  'CARGO_HTTP_CAINFO',
  'GRPC_DEFAULT_SSL_ROOTS_FILE_PATH',
].map((name) => ({ name, value: '/etc/cloister/bundle.crt' }));
const NODE = [
  { name: 'NODE_USE_ENV_PROXY', value: '1' },
  { name: 'NODE_EXTRA_CA_CERTS', value: '/etc/cloister/ca.crt' },
];
const REST = [...NODE, ...BUNDLE];
const WIRED = [OWN, ...PROXY, ...REST];
const VENDOR = {
  targets: [{ name: 'VENDOR_URL', value: 'https://cloister-gateway:8443/upstreams/vendor' }],
  settings: [{ name: 'VENDOR_KEY', value: '$(CLOISTER_PROXY_SECRET)' }],
};
const CERTIFICATES = { name: 'cloister-ca', mountPath: '/etc/cloister', readOnly: true };

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
    const pod = wire(({ spec }) => {
      spec.hostAliases = [{ ip: '10.96.0.50', hostnames: ['cloister-gateway'] }];
    });
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
    expect(environmentOf(pod)).toEqual([...WIRED, { name: 'A', value: 'b' }]);
    expect(pod.spec?.initContainers?.map(({ env }) => env)).toEqual([undefined, WIRED]);
    expect(pod.spec?.ephemeralContainers?.[0]?.env).toBeUndefined();
  });

  test('has what it has of the proxy in the other case too', () => {
    const pod = wire(({ spec }) => (spec.containers[0].env = [OWN, ...PROXY.slice(0, 1)]));
    expect(environmentOf(pod)).toEqual([OWN, ...PROXY.slice(1), ...REST, ...PROXY.slice(0, 1)]);
  });

  test('keeps another proxy of its author, and does not repeat what may have a password in it', () => {
    const other = { name: 'no_proxy', value: 'x' };
    const pod = wire(({ spec }) => (spec.containers[0].env = [OWN, other]));
    expect(environmentOf(pod)).toEqual([OWN, ...PROXY.slice(0, 4), ...REST, other]);
  });

  test('keeps both cases, and what programs are told to trust, where its author set them', () => {
    const own = [
      { name: 'no_proxy', value: 'a' },
      { name: 'NO_PROXY', value: 'b' },
      { name: 'NODE_USE_ENV_PROXY', value: '0' },
      { name: 'NODE_EXTRA_CA_CERTS', value: '/c' },
      { name: 'SSL_CERT_FILE', value: '/c' },
    ];
    const pod = wire(({ spec }) => (spec.containers[0].env = own));
    expect(environmentOf(pod)).toEqual([OWN, ...PROXY.slice(0, 4), ...BUNDLE.slice(1), ...own]);
  });

  test.for<readonly [string, readonly EnvironmentVariable[], readonly EnvironmentVariable[]]>([
    ['nothing', [], [...VENDOR.targets, ...VENDOR.settings]],
    ['a model', [{ name: 'MODEL', value: 'm' }], [...VENDOR.targets, ...VENDOR.settings]],
    ['the same target', [...VENDOR.targets], [...VENDOR.settings]],
    ['another key', [{ name: 'VENDOR_KEY', value: 'x' }], [...VENDOR.targets]],
    ['another target', [{ name: 'VENDOR_URL', value: 'https://vendor.example.com' }], []],
    ['a target from elsewhere', [{ name: 'VENDOR_URL', valueFrom: {} }], []],
  ])('has what is missing of the upstreams of its role where its author set %s', ([, own, added]) => {
    const context = { ...contextWith(), role: buildRolePolicy({ environments: [VENDOR] }) };
    const pod = buildPod(({ spec }) => (spec.containers[0].env = [...own]));
    const wired = wirePod(pod, context);
    expect(environmentOf(wired)).toEqual([...WIRED, ...added, ...own]);
    expect(wirePod(wired, context)).toBe(wired);
  });

  test('has the secret moved to the front, as it is', () => {
    const own = { ...OWN, valueFrom: { secretKeyRef: { ...OWN.valueFrom.secretKeyRef, optional: false } } };
    const pod = wire(({ spec }) => (spec.containers[0].env = [...PROXY, own]));
    expect(environmentOf(pod)).toEqual([own, ...REST, ...PROXY]);
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
      },
    ],
  ])('has the secret of its role in the place of that of %s', ([, tweak]) => {
    const pod = buildPod(tweak) as Pod;
    expect(environmentOf(wirePod(pod, contextWith()))).toEqual(WIRED);
    const { left } = hardenPod(pod, '', contextWith(['10.96.0.50']));
    expect(left).toEqual([]);
  });
});

describe('the secret of a sandbox', () => {
  const sandboxed = buildPod((pod) => (pod.metadata.labels['cloister.dev/sandbox'] = 'hermes')) as Pod;
  const secretFor = (name: string | null): unknown => {
    const context = contextWith();
    const user = name === null ? null : { name, groups: [] };
    const pod = wirePod(sandboxed, { ...context, review: { ...context.review, user } });
    return environmentOf(pod)?.[0]?.valueFrom?.secretKeyRef?.name;
  };

  test('is for the pod that the operator makes of it, and for no other', () => {
    expect(secretFor('system:serviceaccount:cloister-system:cloister-operator')).toBe(
      'cloister-proxy-s-hermes',
    );
    expect(secretFor('developer')).toBe('cloister-proxy-r-data-analyst');
    expect(secretFor(null)).toBe('cloister-proxy-r-data-analyst');
  });
});

describe('the certificates of the gateway', () => {
  const mountsOf = ({ spec }: Pod) =>
    [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(({ volumeMounts }) => volumeMounts);

  test('are mounted in the start gate and in every container', () => {
    const pod = wire(({ spec }) => spec.containers.push(buildContainer('second')));
    const tmp = { name: 'tmp', mountPath: '/tmp' };
    expect(mountsOf(pod)).toEqual([[CERTIFICATES], [tmp, CERTIFICATES], [CERTIFICATES]]);
    expect(pod.spec?.volumes?.at(-1)).toEqual({ name: 'cloister-ca', configMap: { name: 'cloister-ca' } });
  });

  test('are mounted in a start gate that has to be added', () => {
    const context = {
      ...contextWith(['10.96.0.50']),
      startGateImage: `example.com/start-gate@${START_GATE_DIGEST}`,
    };
    const bare = buildPod(({ spec }) => spec.initContainers.splice(0, 1)) as Pod;
    const { pod, left } = hardenPod(bare, '', context);
    expect(left).toEqual([]);
    expect(pod.spec?.initContainers?.[0]?.volumeMounts).toEqual([CERTIFICATES]);
  });

  test('are not mounted, and not named to any program, where a volume of their name is another', () => {
    const pod = wire(({ spec }) =>
      spec.volumes?.push({ name: 'cloister-ca', emptyDir: { sizeLimit: '1Mi' } }),
    );
    expect(mountsOf(pod)).toEqual([undefined, [{ name: 'tmp', mountPath: '/tmp' }]]);
    const isAuthority = (name = ''): boolean => REST.slice(1).some((variable) => variable.name === name);
    expect(environmentOf(pod)?.filter(({ name }) => isAuthority(name))).toEqual([]);
  });
});
