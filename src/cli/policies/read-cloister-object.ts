import type { AgentRole } from '../../api/agent-role.ts';
import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { kinds } from '../../api/kinds.ts';
import { API_VERSION, GROUP } from '../../api/names.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { show } from '../../lib/show.ts';
import { strippedFields } from './stripped-fields.ts';

/** An object of Cloister's own kinds, defaults included. */
export type CloisterObject =
  | AgentRole
  | AgentSandbox
  | TenantIsolation
  | { readonly kind: 'AgentApproval' | 'AgentQuarantine' };

/** More issues than anybody reads at once. */
const MOST_NAMED = 5;

/** Reads an object of the group `cloister.dev`: the object, why its schema refuses it, or null for every other group. */
export function readCloisterObject(
  object: Readonly<Record<string, unknown>>,
): { readonly object: CloisterObject } | { readonly error: string } | null {
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== 'string' || !apiVersion.startsWith(`${GROUP}/`)) return null;
  const definition = kinds.find((one) => one.kind === kind);
  if (apiVersion !== API_VERSION || definition === undefined) {
    const known = kinds.map((one) => one.kind).join(', ');
    return {
      error: `the kind ${show(kind)} of ${apiVersion} is not known; this release reads ${known} of ${API_VERSION}`,
    };
  }
  const parsed = definition.schema.safeParse(object);
  const issues =
    parsed.error?.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`) ??
    strippedFields(object, parsed.data).map((field) => `${field}: no such field; check the spelling`);
  if (issues.length > 0) {
    return { error: `this ${definition.kind} cannot be used: ${issues.slice(0, MOST_NAMED).join('; ')}` };
  }
  return { object: parsed.data as unknown as CloisterObject };
}
