import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { minimalAgentApproval } from '../build/agent-approval.ts';
import { minimalAgentQuarantine } from '../build/agent-quarantine.ts';
import { minimalAgentRole } from '../build/agent-role.ts';
import { minimalAgentSandbox } from '../build/agent-sandbox.ts';
import { changedObject } from '../build/changed-object.ts';
import { minimalTenantIsolation } from '../build/tenant-isolation.ts';
import { deployer, fullAgentRole, openai, role } from './bad-objects/role-objects.ts';

type Written = Readonly<Record<string, unknown>>;

/** An object that the API server accepts. */
export interface GoodObject {
  readonly name: string;
  readonly object: Written;
}

const SAMPLES = join(import.meta.dirname, '../../manifests/samples');

/** The samples of the kinds. */
export const samples: readonly GoodObject[] = readdirSync(SAMPLES)
  .filter((file) => /^(role|tenant|sandbox|approval|quarantine)-.*\.yaml$/.test(file))
  .map((file) => ({
    name: `the sample ${file}`,
    object: load(readFileSync(join(SAMPLES, file), 'utf8')) as Written,
  }));

const minimal: readonly GoodObject[] = [
  { name: 'the least that makes a role', object: minimalAgentRole },
  { name: 'the least that makes a sandbox', object: minimalAgentSandbox },
  { name: 'the least that makes a tenant', object: minimalTenantIsolation },
  { name: 'the least that makes an approval', object: minimalAgentApproval },
  { name: 'the least that makes a quarantine', object: minimalAgentQuarantine },
];

const roles: readonly [string, Written][] = [];
const tenants: readonly [string, Written][] = [];
const sandboxes: readonly [string, Written][] = [];
const targets: readonly Written[] = [];

/** Objects that come close to a rule and satisfy it. */
const close: readonly GoodObject[] = [
  ...roles.map(([name, changes]) => ({ name, object: role(changes) })),
  ...tenants.map(([name, changes]) => ({ name, object: changedObject(minimalTenantIsolation, changes) })),
  ...sandboxes.map(([name, changes]) => ({ name, object: changedObject(minimalAgentSandbox, changes) })),
  ...targets.map((target) => ({
    name: `a quarantine of ${String(target['type'])}`,
    object: changedObject(minimalAgentQuarantine, { '/spec/target': target }),
  })),
];

/** Every object that the API server accepts. */
export const goodObjects: readonly GoodObject[] = [
  ...samples,
  ...minimal,
  { name: 'a role that uses everything', object: fullAgentRole },
  ...close,
];
