import { describe, expect, test } from 'vitest';
import { buildRolePolicy } from '../build/review-context.ts';
import { buildContainer, buildEphemeralContainer } from '../build/pod.ts';
import { type Changes, refusedBy } from './refused-by.ts';

const AGENT = '/spec/containers/0';
const DEBUG = { operation: 'Update', role: buildRolePolicy({ allowedAccess: new Set(['Debug']) }) } as const;
const volume = (type: object) => ({ '/spec/volumes/1': { name: 'x', ...type } });
const mount = (options: object) => ({
  ...volume({ persistentVolumeClaim: { claimName: 'data' } }),
  [`${AGENT}/volumeMounts/1`]: { name: 'x', mountPath: '/data/reports/x', readOnly: true, ...options },
});

/** What has been a hole somewhere, and the check that stops it here. */
const ATTACKS: readonly (readonly [name: string, changes: Changes, check: string])[] = [
  [
    'CVE-2024-10220 and CVE-2025-1767, a gitRepo volume',
    volume({ gitRepo: { repository: 'x' } }),
    'volume-types',
  ],
  [
    'CVE-2017-1002101 and CVE-2021-25741, a path out of the volume by subPath',
    mount({ subPath: '../../etc' }),
    'volume-mounts',
  ],
  ['CVE-2021-25741, the same behind a plain beginning', mount({ subPath: 'a/../../..' }), 'volume-mounts'],
  ['a path that only the node knows', mount({ subPathExpr: '$(NAME)' }), 'volume-mounts'],
  [
    'CVE-2023-3676, a command in a subPath of a Windows node',
    { '/spec/os': { name: 'windows' } },
    'operating-system',
  ],
  ['mounts that spread to the node', mount({ mountPropagation: 'Bidirectional' }), 'volume-mounts'],
  [
    'a Secret inside a projected volume',
    volume({ projected: { sources: [{ secret: { name: 'x' } }] } }),
    'volume-types',
  ],
  [
    'a token of the API server, projected',
    volume({ projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }),
    'service-account-token',
  ],
  [
    'KEP-4317, a certificate of the cluster',
    volume({
      projected: { sources: [{ podCertificate: { signerName: 'example.com/x', userAnnotations: {} } }] },
    }),
    'service-account-token',
  ],
  [
    'KEP-4639, an image that nobody checked, as a volume',
    volume({ image: { reference: 'docker.io/library/busybox' } }),
    'volume-types',
  ],
  ['a driver of the node, inline', volume({ csi: { driver: 'hostpath.csi.k8s.io' } }), 'volume-types'],
  ['a volume of a type that is not invented yet', volume({ nodeFolder: { path: '/' } }), 'volume-types'],
  ['a block device', { [`${AGENT}/volumeDevices`]: [{ name: 'x', devicePath: '/dev/sda' }] }, 'devices'],
  ['a device by a claim', { '/spec/resourceClaims': [{ name: 'gpu' }] }, 'devices'],
  ['unmasked /proc', { [`${AGENT}/securityContext/procMount`]: 'Unmasked' }, 'proc-mount'],
  [
    'a profile of AppArmor that is none',
    { '/metadata/annotations': { 'container.apparmor.security.beta.kubernetes.io/agent': 'unconfined' } },
    'apparmor',
  ],
  [
    'a seccomp profile outside the folder of Cloister',
    {
      '/spec/securityContext/seccompProfile': { type: 'Localhost', localhostProfile: '../../../tmp/x.json' },
    },
    'seccomp-profile',
  ],
  [
    'a seccomp profile of one container that undoes that of the pod',
    { [`${AGENT}/securityContext/seccompProfile`]: { type: 'Unconfined' } },
    'seccomp-profile',
  ],
  [
    'SELinux switched off by a type',
    { [`${AGENT}/securityContext/seLinuxOptions`]: { type: 'spc_t' } },
    'selinux',
  ],
  [
    'CVE-2022-0811, a kernel parameter that runs a program',
    { '/spec/securityContext/sysctls': [{ name: 'kernel.core_pattern', value: '|/x' }] },
    'sysctls',
  ],
  ['CVE-2020-15257, the network of the node', { '/spec/hostNetwork': true }, 'host-namespaces'],
  [
    'KEP-4940, a host for a probe to call',
    { [`${AGENT}/startupProbe`]: { tcpSocket: { host: '169.254.169.254', port: 80 } } },
    'host-probes',
  ],
  [
    'KEP-4940, a host for a hook to call',
    { [`${AGENT}/lifecycle`]: { postStart: { httpGet: { host: 'metadata', port: 80 } } } },
    'host-probes',
  ],
  [
    'CVE-2020-8557 and its like, a writable file of the kubelet over the image',
    { [`${AGENT}/terminationMessagePath`]: '/etc/passwd' },
    'read-only-root-filesystem',
  ],
  [
    'every taint tolerated',
    { '/spec/tolerations': [{ operator: 'Exists', effect: 'NoSchedule' }] },
    'scheduling',
  ],
  ['a node of choice, past the scheduler', { '/spec/nodeName': 'control-plane-1' }, 'scheduling'],
  ['a scheduler of choice', { '/spec/schedulerName': 'mine' }, 'scheduling'],
  ['the priority of the system by number', { '/spec/priority': 2_000_001_000 }, 'priority-class'],
  ['another runtime than the role names', { '/spec/runtimeClassName': 'runc' }, 'runtime-class'],
  ['shared processes', { '/spec/shareProcessNamespace': true }, 'process-sharing'],
  ['a way out by the names that are asked for', { '/spec/dnsConfig/searches': ['example.com'] }, 'dns'],
  [
    'a user of 2^32, which 32 bits take for root',
    { [`${AGENT}/securityContext/runAsUser`]: 4_294_967_296 },
    'run-as-user',
  ],
  ['a user of minus zero', { [`${AGENT}/securityContext/runAsUser`]: -0 }, 'run-as-user'],
  ['a user of less than zero', { '/spec/securityContext/runAsUser': -1 }, 'run-as-user'],
  ['a user that is no whole number', { '/spec/securityContext/runAsUser': 0.1 }, 'unreadable'],
  ['nobody kept from root, by a null', { '/spec/securityContext/runAsNonRoot': null }, 'run-as-non-root'],
  [
    'a role with a character that looks like another',
    { '/metadata/labels': { 'cloister.dev/role': 'data-analуst' } },
    'role',
  ],
  ['a role in capitals', { '/metadata/labels': { 'cloister.dev/role': 'Data-Analyst' } }, 'role'],
  ['a role with a blank behind it', { '/metadata/labels': { 'cloister.dev/role': 'data-analyst ' } }, 'role'],
  ['a role that every object has', { '/metadata/labels': { 'cloister.dev/role': 'constructor' } }, 'role'],
];

describe('what has been a hole elsewhere', () => {
  test.for(ATTACKS)('%s', ([, changes, check]) => {
    expect(refusedBy(changes)).toContain(check);
  });

  test('CVE-2023-2727 and CVE-2023-2728: an ephemeral container is held to images and secrets like any other', () => {
    const container = buildEphemeralContainer((one) => {
      one.image = 'docker.io/library/busybox';
      one.envFrom = [{ secretRef: { name: 'vendor' } }];
    });
    const changes = { '/spec/ephemeralContainers': [container] };
    expect(refusedBy(changes, DEBUG)).toEqual(['image-policy', 'environment-secrets']);
    expect(refusedBy(changes, { operation: 'Update' })).toContain('debug');
  });

  test.for(['containers', 'initContainers'])('CVE-2024-3177: envFrom is seen in %s', (list) => {
    const container = { ...buildContainer('more'), envFrom: [{ secretRef: { name: 'vendor' } }] };
    expect(refusedBy({ [`/spec/${list}/1`]: container })).toEqual(['environment-secrets']);
  });

  test.for<Changes>([
    { [`${AGENT}/volumeMounts`]: [{ name: null, mountPath: null }] },
    { [`${AGENT}/env`]: [{ name: null, value: null, valueFrom: { secretKeyRef: null, fileKeyRef: null } }] },
    {
      [`${AGENT}/lifecycle`]: {
        postStart: { httpGet: { httpHeaders: [{ name: null, value: null }] }, exec: null },
      },
    },
    { '/spec/volumes/0': { name: null, emptyDir: null } },
    { [`${AGENT}/resources`]: { limits: null } },
    { '/metadata/labels': null, '/metadata/annotations': null },
    { '/spec': null },
  ])('nulls end no check: %j', (changes) => {
    expect(() => refusedBy(changes)).not.toThrow();
  });
});
