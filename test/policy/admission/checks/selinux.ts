import { addEphemeralContainer, addSidecar, DEBUGGED } from '../../../build/added-containers.ts';
import { changeSecurityContext } from '../../../build/change-security-context.ts';
import type { CheckFixtures } from './fixture.ts';

const SUPER_PRIVILEGED = { seLinuxOptions: { type: 'spc_t' } };

export const selinuxFixtures: CheckFixtures = {
  check: 'selinux',
  pass: [
    {
      name: 'every type that is made for containers, and a level',
      tweak: (pod) => {
        changeSecurityContext(pod.spec, { seLinuxOptions: { type: 'container_t', level: 's0:c1,c2' } });
        changeSecurityContext(pod.spec.initContainers[0], { seLinuxOptions: { type: 'container_init_t' } });
        changeSecurityContext(pod.spec.containers[0], { seLinuxOptions: { type: 'container_kvm_t' } });
        addSidecar(pod, (container) =>
          changeSecurityContext(container, { seLinuxOptions: { type: 'container_engine_t' } }),
        );
      },
    },
    {
      name: 'options that are empty',
      tweak: ({ spec }) => {
        changeSecurityContext(spec, { seLinuxOptions: {} });
        changeSecurityContext(spec.containers[0], { seLinuxOptions: { type: '', user: '', role: null } });
      },
    },
  ],
  fail: [
    {
      name: 'a pod out of confinement',
      tweak: ({ spec }) => {
        changeSecurityContext(spec, SUPER_PRIVILEGED);
      },
      fields: ['spec.securityContext.seLinuxOptions'],
      found: ['{"type":"spc_t"}'],
    },
    {
      name: 'a user in a container, a role in an init container',
      tweak: ({ spec }) => {
        changeSecurityContext(spec.containers[0], { seLinuxOptions: { user: 'system_u' } });
        changeSecurityContext(spec.initContainers[0], {
          seLinuxOptions: { type: 'container_t', role: 'sysadm_r' },
        });
      },
      fields: [
        'spec.initContainers[0].securityContext.seLinuxOptions',
        'spec.containers[0].securityContext.seLinuxOptions',
      ],
    },
    {
      name: 'an init container out of confinement that goes on running',
      tweak: (pod) => addSidecar(pod, (container) => changeSecurityContext(container, SUPER_PRIVILEGED)),
      fields: ['spec.initContainers[1].securityContext.seLinuxOptions'],
    },
    {
      name: 'an ephemeral container out of confinement',
      tweak: (pod) =>
        addEphemeralContainer(pod, (container) => changeSecurityContext(container, SUPER_PRIVILEGED)),
      ...DEBUGGED,
      fields: ['spec.ephemeralContainers[0].securityContext.seLinuxOptions'],
    },
  ],
};
