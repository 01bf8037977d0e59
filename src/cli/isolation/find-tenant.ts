import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { listFirst } from '../../lib/list-first.ts';
import { singleLine } from '../../lib/single-line.ts';
import { EXIT, type Terminal } from '../command.ts';
import { readTenants } from '../input/read-cluster-objects.ts';
import { readTenantFiles } from '../input/read-tenant-files.ts';
import { useCluster } from '../use-cluster.ts';

/** A tenant, and all others that are known. */
export type FoundTenant =
  | { readonly tenant: TenantIsolation; readonly others: readonly TenantIsolation[] }
  | { readonly problem: string };

const MAX_LISTED = 16;

/** Reads the tenants of files, or of the cluster where none are named. Null where one cannot be read, which was told. */
export async function readTenantsOf(
  { filename, kubeconfig }: { readonly filename?: readonly string[]; readonly kubeconfig?: string },
  terminal: Terminal,
): Promise<readonly TenantIsolation[] | null> {
  if (filename !== undefined) return readFiles(filename, terminal);
  let tenants: readonly TenantIsolation[] | null = null;
  await useCluster({ kubeconfig, userAgent: 'cloister-isolation' }, terminal, async (client) => {
    const { objects, problems } = await readTenants(client);
    for (const problem of problems) terminal.error(`error: ${singleLine(problem)}\n`);
    if (problems.length > 0) return EXIT.unusable;
    tenants = objects;
    return EXIT.clean;
  });
  return tenants;
}

async function readFiles(
  filename: readonly string[],
  terminal: Terminal,
): Promise<readonly TenantIsolation[] | null> {
  const { tenants, isComplete } = await readTenantFiles(filename, terminal);
  // Of a tenant that is left out nobody would know that it claims the same.
  return isComplete ? tenants : null;
}

/** Finds the tenant of a name; without one, the only tenant that has a database. */
export function findTenant(tenants: readonly TenantIsolation[], name: string | undefined): FoundTenant {
  const declared = tenants.filter(({ spec }) => spec.database !== undefined);
  const candidates = name === undefined ? declared : tenants.filter(({ metadata }) => metadata.name === name);
  const [tenant, ...more] = candidates;
  if (tenant === undefined)
    return {
      problem:
        name === undefined
          ? 'no TenantIsolation has spec.database; add one with -f'
          : `there is no TenantIsolation "${name}"`,
    };
  if (more.length > 0) {
    const names = listFirst(candidates, MAX_LISTED, ({ metadata }) => metadata.name);
    return { problem: `more than one TenantIsolation can be meant: ${names}; choose one with --tenant` };
  }
  return { tenant, others: tenants.filter((one) => one !== tenant) };
}
