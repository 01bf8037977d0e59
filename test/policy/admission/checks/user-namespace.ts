import { buildRolePolicy } from '../../../build/review-context.ts';
import type { CheckFixtures } from './fixture.ts';

const REQUIRED = { role: buildRolePolicy({ userNamespace: 'Required' }) };

export const userNamespaceFixtures: CheckFixtures = {
  check: 'user-namespace',
  pass: [
    { name: 'a user namespace where the role requires one', tweak: () => {}, context: REQUIRED },
    {
      name: "the node's users where the role only prefers a user namespace",
      tweak: ({ spec }) => {
        delete spec.hostUsers;
      },
    },
  ],
  fail: [
    {
      name: "the node's users",
      tweak: ({ spec }) => {
        spec.hostUsers = true;
      },
      context: REQUIRED,
      fields: ['spec.hostUsers'],
      found: ['true'],
    },
    {
      name: "the node's users by saying nothing",
      tweak: ({ spec }) => {
        delete spec.hostUsers;
      },
      context: REQUIRED,
      fields: ['spec.hostUsers'],
      found: ['not set'],
    },
  ],
};
