import type { BadObject } from './bad-object.ts';
import { badDecisions } from './decisions.ts';
import { badQuantities } from './quantities.ts';
import { badRoleExecutors } from './role-executors.ts';
import { badRoleNetworks } from './role-network.ts';
import { badRoleSandboxes } from './role-sandbox.ts';
import { badRoleTools } from './role-tools.ts';
import { badRoleUpstreams } from './role-upstreams.ts';
import { badSandboxes } from './sandbox.ts';
import { badTenantData } from './tenant-data.ts';
import { badTenants } from './tenant.ts';

/** Every object that is refused, and by whom. */
export const badObjects: readonly BadObject[] = [
  ...badRoleTools,
  ...badRoleExecutors,
  ...badRoleNetworks,
  ...badRoleUpstreams,
  ...badRoleSandboxes,
  ...badSandboxes,
  ...badTenants,
  ...badTenantData,
  ...badDecisions,
  ...badQuantities,
];
