import type { AgentRole } from '../../api/agent-role.ts';
import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { kinds } from '../../api/kinds.ts';
import { API_VERSION, GROUP } from '../../api/names.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { isRecord } from '../../lib/is-record.ts';
import { show } from '../../lib/show.ts';

/** An object of Cloister's own kinds, defaults included. */
export type CloisterObject =
  | AgentRole
  | AgentSandbox
  | TenantIsolation
  | { readonly kind: 'AgentApproval' | 'AgentQuarantine' };

const MAX_NAMED_ISSUES = 5;

/** Reads an object of the group `cloister.dev`: the object, why its schema rejects it, or null for every other group. */
export function readCloisterObject(
  object: Readonly<Record<string, unknown>>,
): { readonly object: CloisterObject } | { readonly error: string } | null {
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== 'string' || !apiVersion.startsWith(`${GROUP}/`)) return null;
  const definition = kinds.find((one) => one.kind === kind);
  if (apiVersion !== API_VERSION || definition === undefined) {
    const known = kinds.map((one) => one.kind).join(', ');
    return {
      error: `the kind ${show(kind)} of ${apiVersion} is not known; this version of cloister reads ${known} of ${API_VERSION}`,
    };
  }
  const parsed = definition.schema.safeParse(object);
  const issues =
    parsed.error?.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`) ??
    strippedFields(object, parsed.data).map((field) => `${field}: no such field; check the spelling`);
  if (issues.length > 0) {
    return {
      error: `this ${definition.kind} cannot be used: ${issues.slice(0, MAX_NAMED_ISSUES).join('; ')}`,
    };
  }
  return { object: parsed.data as unknown as CloisterObject };
}
/**
 * Returns the paths of the fields that the kind does not have, except in `metadata`. kubectl rejects them, and so must
 * every reader of a file: a misspelt rule would be no rule.
 */
function strippedFields(written: Readonly<Record<string, unknown>>, read: unknown): readonly string[] {
  const { metadata: _metadata, ...rest } = written;
  return compare(rest, read, '');
}

function compare(written: unknown, read: unknown, path: string): readonly string[] {
  if (Array.isArray(written)) {
    const list: readonly unknown[] = Array.isArray(read) ? read : [];
    return written.flatMap((item, index) => compare(item, list[index], `${path}[${index}]`));
  }
  if (!isRecord(written) || !isRecord(read)) return [];
  return Object.entries(written).flatMap(([name, member]) => {
    const at = path === '' ? name : `${path}.${name}`;
    return Object.hasOwn(read, name) ? compare(member, read[name], at) : [at];
  });
}
