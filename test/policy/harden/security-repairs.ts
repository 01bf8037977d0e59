import { changeSecurityContext } from '../../build/change-security-context.ts';
import { buildContainer, buildEphemeralContainer, type WritablePod } from '../../build/pod.ts';
import type { Repair } from './repair.ts';

const UNCONFINED = { type: 'Unconfined' };
const APPARMOR = 'container.apparmor.security.beta.kubernetes.io';

const agentOf = ({ spec }: WritablePod) => spec.containers[0];
const gateOf = ({ spec }: WritablePod) => spec.initContainers[0];
const inAgent = (pod: WritablePod, change: object): void => changeSecurityContext(agentOf(pod), change);
const inPod = (pod: WritablePod, change: object): void => changeSecurityContext(pod.spec, change);

/** The repairs of what a pod and its containers say in a security context. */
export const SECURITY_REPAIRS: readonly Repair[] = [
  {
    check: 'host-process',
    name: 'a process of a Windows node',
    before: (pod) => {
      inPod(pod, { windowsOptions: { hostProcess: true, runAsUserName: 'a' } });
      inAgent(pod, { windowsOptions: { hostProcess: true } });
    },
    after: (pod) => {
      inPod(pod, { windowsOptions: { runAsUserName: 'a' } });
      inAgent(pod, { windowsOptions: {} });
    },
  },
  {
    check: 'privilege-escalation',
    name: 'more privileges than the parent, but for a privileged container',
    before: (pod) => {
      inAgent(pod, { allowPrivilegeEscalation: true });
      delete gateOf(pod).securityContext?.allowPrivilegeEscalation;
      const securityContext = { privileged: true, allowPrivilegeEscalation: true };
      pod.spec.containers.push({ ...buildContainer('second'), securityContext });
    },
    after: (pod) => {
      const securityContext = { privileged: true, allowPrivilegeEscalation: true };
      pod.spec.containers.push({ ...buildContainer('second'), securityContext });
    },
  },
  {
    check: 'capabilities',
    name: 'capabilities that are added, and too few dropped',
    before: (pod) => {
      inAgent(pod, { capabilities: { add: ['NET_ADMIN'], drop: ['MKNOD'] } });
      delete gateOf(pod).securityContext?.capabilities;
    },
  },
  {
    check: 'run-as-non-root',
    name: 'root in one container, and nothing said for the pod',
    before: (pod) => {
      delete pod.spec.securityContext?.runAsNonRoot;
      inAgent(pod, { runAsNonRoot: false });
      changeSecurityContext(gateOf(pod), { runAsNonRoot: true });
    },
    after: (pod) => changeSecurityContext(gateOf(pod), { runAsNonRoot: true }),
  },
  {
    check: 'run-as-user',
    name: 'root in one container, another user in the pod, and that of the role in an init container',
    before: (pod) => {
      inPod(pod, { runAsUser: 5 });
      inAgent(pod, { runAsUser: 0 });
      changeSecurityContext(gateOf(pod), { runAsUser: 1001 });
    },
    after: (pod) => changeSecurityContext(gateOf(pod), { runAsUser: 1001 }),
  },
  {
    check: 'run-as-user',
    name: 'root, where the role names no user',
    before: (pod) => inPod(pod, { runAsUser: 0 }),
    after: (pod) => inPod(pod, { runAsUser: 0 }),
    role: { runAsUser: null },
  },
  {
    check: 'read-only-root-filesystem',
    name: 'a writable image, without a place for scratch files',
    before: (pod) => {
      inAgent(pod, { readOnlyRootFilesystem: false });
      delete agentOf(pod).volumeMounts;
      delete pod.spec.volumes;
    },
    after: (pod) => {
      agentOf(pod).volumeMounts?.push({ name: 'run', mountPath: '/var/run' });
      pod.spec.volumes = [
        { name: 'tmp', emptyDir: { sizeLimit: '100Mi' } },
        { name: 'run', emptyDir: { sizeLimit: '10Mi' } },
      ];
    },
  },
  {
    check: 'read-only-root-filesystem',
    name: 'a writable image in every list, a volume by the usual name, and a message elsewhere',
    before: (pod) => {
      delete agentOf(pod).securityContext?.readOnlyRootFilesystem;
      delete gateOf(pod).securityContext?.readOnlyRootFilesystem;
      agentOf(pod).terminationMessagePath = '/etc/passwd';
      agentOf(pod).volumeMounts = [{ name: 'tmp', mountPath: '/srv/jobs' }];
      pod.spec.ephemeralContainers = [
        buildEphemeralContainer((container) =>
          changeSecurityContext(container, { readOnlyRootFilesystem: false }),
        ),
      ];
    },
    after: (pod) => {
      agentOf(pod).volumeMounts = [
        { name: 'tmp', mountPath: '/srv/jobs' },
        { name: 'tmp', mountPath: '/tmp' },
        { name: 'run', mountPath: '/var/run' },
      ];
      pod.spec.volumes?.push({ name: 'run', emptyDir: { sizeLimit: '10Mi' } });
      pod.spec.ephemeralContainers = [buildEphemeralContainer()];
    },
  },
  {
    check: 'read-only-root-filesystem',
    name: 'a writable image, where the role grants no scratch files',
    before: (pod) => {
      inAgent(pod, { readOnlyRootFilesystem: false });
      delete agentOf(pod).volumeMounts;
      delete pod.spec.volumes;
    },
    after: (pod) => {
      delete agentOf(pod).volumeMounts;
      delete pod.spec.volumes;
    },
    role: { temporarySize: null, temporarySizeText: null },
  },
  {
    check: 'seccomp-profile',
    name: 'other profiles than that of the role',
    before: (pod) => inAgent(pod, { seccompProfile: UNCONFINED }),
    after: (pod) =>
      inPod(pod, { seccompProfile: { type: 'Localhost', localhostProfile: 'cloister/python-agent.json' } }),
    role: { seccompProfile: 'python-agent' },
  },
  {
    check: 'seccomp-profile',
    name: 'no profile at all',
    before: (pod) => delete pod.spec.securityContext?.seccompProfile,
  },
  {
    check: 'apparmor',
    name: 'AppArmor switched off by fields and by an annotation',
    before: (pod) => {
      inPod(pod, { appArmorProfile: UNCONFINED });
      inAgent(pod, { appArmorProfile: UNCONFINED });
      changeSecurityContext(gateOf(pod), { appArmorProfile: { type: 'RuntimeDefault' } });
      pod.metadata.annotations = {
        [`${APPARMOR}/agent`]: 'unconfined',
        [`${APPARMOR}/start-gate`]: 'localhost/a',
      };
    },
    after: (pod) => {
      changeSecurityContext(gateOf(pod), { appArmorProfile: { type: 'RuntimeDefault' } });
      pod.metadata.annotations = { [`${APPARMOR}/start-gate`]: 'localhost/a' };
    },
  },
  {
    check: 'selinux',
    name: 'a type, a user and a role that are not of containers',
    before: (pod) => {
      inPod(pod, { seLinuxOptions: { type: 'spc_t', level: 's0:c1' } });
      inAgent(pod, { seLinuxOptions: { user: 'root', role: 'sysadm_r' } });
    },
    after: (pod) => {
      inPod(pod, { seLinuxOptions: { level: 's0:c1' } });
      inAgent(pod, { seLinuxOptions: {} });
    },
  },
  {
    check: 'sysctls',
    name: 'a kernel parameter of the node beside one of the pod',
    before: (pod) =>
      inPod(pod, {
        sysctls: [
          { name: 'kernel.core_pattern', value: '|/x' },
          { name: 'net.ipv4.tcp_syncookies', value: '1' },
        ],
      }),
    after: (pod) => inPod(pod, { sysctls: [{ name: 'net.ipv4.tcp_syncookies', value: '1' }] }),
  },
  {
    check: 'proc-mount',
    name: 'unmasked /proc',
    before: (pod) => inAgent(pod, { procMount: 'Unmasked' }),
  },
];
