import type { BadObject } from './bad-object.ts';
import { badDecisions } from './decisions.ts';
import { badQuantities } from './quantities.ts';
import { badRoleExecutors } from './role-executors.ts';
import { badRoleNetworks } from './role-network.ts';
import { badRoleSandboxes } from './role-sandbox.ts';
import { badRoleTools } from './role-tools.ts';
import { badSandboxes } from './sandbox.ts';
import { badTenants } from './tenant.ts';

/** Every object that is refused, and by whom. */
export const badObjects: readonly BadObject[] = [
  ...badRoleTools,
  ...badRoleExecutors,
  ...badRoleNetworks,
  ...badRoleSandboxes,
  ...badSandboxes,
  ...badTenants,
  ...badDecisions,
  ...badQuantities,
];
