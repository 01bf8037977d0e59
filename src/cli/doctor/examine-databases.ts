import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import { isIsolated } from '../../policy/database/decide-logins.ts';
import { readTenants } from '../input/read-cluster-objects.ts';
import { type Examination, failed, type Finding, noted, passed, readOr } from './finding.ts';

const SUBJECT = 'databases';

/** What the operator found of the databases of tenants, which this machine need not reach. */
export const examineDatabases: Examination = (client) =>
  readOr(SUBJECT, async () => {
    try {
      return (await readTenants(client)).objects.flatMap(judgeDatabase);
    } catch (error) {
      // Whether the kinds are there is examined by itself, and so is what of them may be listed.
      if (isKubeError(error, 'Forbidden', 'NotFound')) return [];
      throw error;
    }
  });

/** Returns what was found of the database of a tenant; nothing where it has none. */
export function judgeDatabase({ metadata, spec, status }: TenantIsolation): readonly Finding[] {
  if (spec.database === undefined) return [];
  const subject = `TenantIsolation ${metadata.name}, database`;
  const found = status?.conditions?.find(({ type }) => type === 'DatabaseIsolated');
  if (found === undefined)
    return [failed(subject, 'was not looked at yet. Read the log of the operator, if it stays so')];
  const { reason, message } = found;
  if (!isIsolated(found)) return [failed(subject, `${reason}: ${message.replace(/\.$/, '')}`)];
  const findings = status?.database?.findings ?? [];
  if (findings.length === 0)
    return [passed(subject, 'keeps the rows of others apart, as the operator has tried')];
  return findings.map(({ name, object, statement }) =>
    noted(subject, `${name} on ${object}${statement === undefined ? '' : `. This mends it: ${statement}`}`),
  );
}
