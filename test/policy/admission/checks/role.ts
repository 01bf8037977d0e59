import { takeRole } from '../../../build/pod.ts';
import { buildRolePolicy, buildTenantPolicy } from '../../../build/review-context.ts';
import type { CheckFixtures } from './fixture.ts';

const LABEL = 'metadata.labels[cloister.dev/role]';

export const roleFixtures: CheckFixtures = {
  check: 'role',
  pass: [
    {
      name: 'another role that the tenant allows',
      tweak: (pod) => takeRole(pod, 'read-only'),
      context: { role: buildRolePolicy({ name: 'read-only' }) },
    },
    {
      name: 'a pod without the label, reviewed with a role',
      tweak: ({ metadata }) => {
        delete metadata.labels['cloister.dev/role'];
      },
      context: { scope: 'Role', tenant: null },
    },
  ],
  fail: [
    {
      name: 'a pod without a role',
      tweak: ({ metadata }) => {
        delete metadata.labels['cloister.dev/role'];
      },
      context: { role: null },
      fields: [LABEL],
      found: ['not set'],
    },
    {
      name: 'an empty role',
      tweak: ({ metadata }) => {
        metadata.labels['cloister.dev/role'] = '';
      },
      context: { role: null },
      fields: [LABEL],
      found: ['not set'],
    },
    {
      name: 'a role that the tenant does not allow',
      tweak: (pod) => takeRole(pod, 'devops'),
      context: { role: buildRolePolicy({ name: 'devops' }) },
      fields: [LABEL],
      found: ['"devops"'],
    },
    {
      name: 'a role that does not exist',
      tweak: () => {},
      context: { role: null },
      fields: [LABEL],
      found: ['"data-analyst"'],
    },
    {
      name: 'any role where the tenant allows none',
      tweak: () => {},
      context: { tenant: buildTenantPolicy({ allowedRoles: new Set(), defaultRole: null }) },
      fields: [LABEL],
    },
    {
      name: 'a namespace of no tenant',
      tweak: () => {},
      context: { tenant: null },
      fields: ['metadata.namespace'],
      found: ['"acme-agents"'],
    },
    {
      name: 'another role than the one it is reviewed with',
      tweak: (pod) => takeRole(pod, 'devops'),
      context: { scope: 'Role', tenant: null },
      fields: [LABEL],
      found: ['"devops"'],
    },
  ],
};
