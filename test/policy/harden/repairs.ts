import { mountVolumes } from '../../build/mount-volumes.ts';
import { CONTAINER_REPAIRS } from './container-repairs.ts';
import type { Repair } from './repair.ts';
import { SECURITY_REPAIRS } from './security-repairs.ts';

const SHADOW = { name: 'cloister-shadow', emptyDir: { sizeLimit: '1Mi' } };

const POD_REPAIRS: readonly Repair[] = [
  {
    check: 'volume-types',
    name: 'scratch volumes without a limit, one of them empty and one of a refused type',
    before: ({ spec }) =>
      (spec.volumes = [
        { name: 'work', emptyDir: {} },
        { name: 'none' },
        { name: 'zero', emptyDir: { sizeLimit: '0', medium: 'Memory' } },
        { name: 'secret', secret: { secretName: 'x' } },
      ]),
    after: ({ spec }) =>
      (spec.volumes = [
        { name: 'work', emptyDir: { sizeLimit: '64Mi' } },
        { name: 'none', emptyDir: { sizeLimit: '64Mi' } },
        { name: 'zero', emptyDir: { sizeLimit: '64Mi', medium: 'Memory' } },
        { name: 'secret', secret: { secretName: 'x' } },
      ]),
  },
  {
    check: 'volume-mounts',
    name: 'a writable mount that spreads, where the role may only read, above a denied path',
    before: (pod) =>
      mountVolumes(pod, { name: 'data', mountPath: '/data/reports', mountPropagation: 'HostToContainer' }),
    after: (pod) => {
      const shadow = { name: SHADOW.name, mountPath: '/data/reports/private', readOnly: true };
      mountVolumes(pod, { name: 'data', mountPath: '/data/reports', readOnly: true }, shadow);
      pod.spec.volumes?.push(SHADOW);
    },
  },
  {
    check: 'volume-mounts',
    name: 'a mount where the role grants nothing, which is to be decided',
    before: (pod) => mountVolumes(pod, { name: 'data', mountPath: '/srv' }),
    after: (pod) => mountVolumes(pod, { name: 'data', mountPath: '/srv' }),
  },
  {
    check: 'runtime-class',
    name: 'another runtime than that of the role',
    before: ({ spec }) => (spec.runtimeClassName = 'runc'),
    after: ({ spec }) => (spec.runtimeClassName = 'gvisor'),
    role: { runtimeClassName: 'gvisor' },
  },
  {
    check: 'runtime-class',
    name: 'a runtime where the role names none',
    before: ({ spec }) => (spec.runtimeClassName = 'runc'),
  },
  {
    check: 'user-namespace',
    name: 'no user namespace, although the role requires one',
    before: ({ spec }) => delete spec.hostUsers,
    role: { userNamespace: 'Required' },
  },
  {
    check: 'process-sharing',
    name: 'shared processes',
    before: ({ spec }) => (spec.shareProcessNamespace = true),
  },
  {
    check: 'dns',
    name: 'the name server of the cluster, with search domains and options',
    before: ({ spec }) => {
      spec.dnsPolicy = 'ClusterFirst';
      spec.dnsConfig = {
        nameservers: ['10.0.0.10'],
        searches: ['a'],
        options: [{ name: 'ndots', value: '5' }],
      };
    },
  },
  {
    check: 'operating-system',
    name: 'no operating system',
    before: ({ spec }) => delete spec.os,
  },
  {
    check: 'operating-system',
    name: 'another operating system, which is to be decided',
    before: ({ spec }) => (spec.os = { name: 'windows' }),
    after: ({ spec }) => (spec.os = { name: 'windows' }),
  },
  {
    check: 'service-links',
    name: 'variables about Services',
    before: ({ spec }) => delete spec.enableServiceLinks,
  },
  {
    check: 'gateway-aliases',
    name: 'an alias of another host where the tenant has no gateway',
    before: ({ spec }) => (spec.hostAliases = [{ ip: '10.0.0.66', hostnames: ['api.openai.com'] }]),
  },
  {
    check: 'gateway-aliases',
    name: 'aliases of other hosts and another address of the gateway',
    before: ({ spec }) =>
      (spec.hostAliases = [
        { ip: '10.0.0.66', hostnames: ['api.openai.com'] },
        { ip: '10.0.0.66', hostnames: ['cloister-gateway'] },
      ]),
    after: ({ spec }) =>
      (spec.hostAliases = [
        { ip: '10.96.0.50', hostnames: ['cloister-gateway'] },
        { ip: 'fd00::50', hostnames: ['cloister-gateway'] },
      ]),
    gatewayAddresses: ['10.96.0.50', 'fd00::50'],
  },
  {
    check: 'gateway-aliases',
    name: 'an alias of another host where the status of the tenant is not known, which is to be decided',
    before: ({ spec }) => (spec.hostAliases = [{ ip: '10.0.0.66', hostnames: ['api.openai.com'] }]),
    after: ({ spec }) => (spec.hostAliases = [{ ip: '10.0.0.66', hostnames: ['api.openai.com'] }]),
    gatewayAddresses: null,
  },
  {
    check: 'scheduling',
    name: 'a node, a scheduler and every taint',
    before: ({ spec }) =>
      Object.assign(spec, {
        nodeName: 'a',
        schedulerName: 'mine',
        tolerations: [{ operator: 'Exists' }, { key: 'node-role.kubernetes.io/control-plane' }],
      }),
    after: ({ spec }) => (spec.tolerations = []),
  },
  {
    check: 'priority-class',
    name: 'the priority of a system component',
    before: ({ spec }) =>
      Object.assign(spec, { priorityClassName: 'system-node-critical', priority: 2_000_001_000 }),
  },
  {
    check: 'lifetime',
    name: 'a longer lifetime than that of the role',
    before: ({ spec }) => (spec.activeDeadlineSeconds = 999_999),
    after: ({ spec }) => (spec.activeDeadlineSeconds = 86_400),
  },
  {
    check: 'reserved-metadata',
    name: 'labels and annotations of Cloister beside those of others',
    before: ({ metadata }) => {
      Object.assign(metadata.labels, { 'cloister.dev/sandbox': 'a', 'x.cloister.dev/y': 'b', app: 'c' });
      metadata.annotations = { 'cloister.dev/policy-hash': 'a', 'cloister.dev/created-by': 'b', note: 'c' };
    },
    after: ({ metadata }) => {
      metadata.labels['app'] = 'c';
      metadata.annotations = { note: 'c' };
    },
  },
];

/** Every repair of every check, in no order. */
export const REPAIRS: readonly Repair[] = [...CONTAINER_REPAIRS, ...SECURITY_REPAIRS, ...POD_REPAIRS];
