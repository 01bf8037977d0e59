import type { UnreadableDocument } from '../../lib/yaml/manifest-document.ts';
import type { Policies } from './policies.ts';

/** What the user named and the input does not hold: without it no verdict means what was asked. */
export function missingPolicies(
  policies: Policies,
  { role, tenant }: { readonly role: string | null; readonly tenant: string | null },
  sources: readonly string[],
): readonly UnreadableDocument[] {
  const file = sources.join(' ');
  const missing: UnreadableDocument[] = [];
  if (role !== null && policies.role(role) === null) missing.push(tell(file, 'AgentRole', role));
  if (tenant !== null && policies.tenant(tenant) === null)
    missing.push(tell(file, 'TenantIsolation', tenant));
  return missing;
}

function tell(file: string, kind: string, name: string): UnreadableDocument {
  return {
    file,
    document: 0,
    error: `there is no usable ${kind} "${name}" here: give its manifest with another -f`,
  };
}
