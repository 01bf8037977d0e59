import { allowGateway } from '../../render/tenant/allow-gateway.ts';
import { defaultDeny } from '../../render/tenant/default-deny.ts';
import { type ApplyRendered, nameOf, type RenderedOutcome } from './apply-rendered.ts';
import type { TenantStatusPart } from './tenant-status.ts';

/** What is known of the policies of a tenant's namespaces. */
export interface NetworkFacts {
  /** Namespaces of the tenant that are not enrolled, in which nothing may be written. */
  readonly notEnrolled: readonly string[];
  /** Policies that are not in place, such as `NetworkPolicy acme/cloister-default-deny`. */
  readonly missing: readonly string[];
}

/** Closes enrolled namespaces, and then lets their pods reach the gateway. Returns the policies that are not in place. */
export async function closeNetwork(
  tenant: string,
  namespaces: readonly string[],
  apply: ApplyRendered,
): Promise<readonly string[]> {
  const missing = await Promise.all(namespaces.map((namespace) => closeNamespace(tenant, namespace, apply)));
  return missing.flat();
}

async function closeNamespace(tenant: string, namespace: string, apply: ApplyRendered): Promise<string[]> {
  const deny = defaultDeny(namespace);
  const allow = allowGateway(tenant, namespace);
  // Nothing is opened in a namespace that is not closed.
  if (!isInPlace(await apply(deny))) return [nameOf(deny)];
  return isInPlace(await apply(allow)) ? [] : [nameOf(allow)];
}

/** Whether an object is as it must be from now on. */
export function isInPlace(outcome: RenderedOutcome): boolean {
  return outcome === 'Unchanged' || outcome === 'Written';
}

/** Returns the condition `NetworkClosed`. */
export function networkReport({ notEnrolled, missing }: NetworkFacts): TenantStatusPart {
  const problems = [
    ...(missing.length === 0 ? [] : [`These policies are not in place: ${missing.join(', ')}.`]),
    ...(notEnrolled.length === 0 ? [] : [`These namespaces are not enrolled: ${notEnrolled.join(', ')}.`]),
  ];
  const state =
    problems.length === 0
      ? { status: 'True' as const, reason: 'Closed', message: 'The policies of Cloister are in place.' }
      : { status: 'False' as const, reason: 'PolicyMissing', message: problems.join(' ') };
  return { conditions: [{ type: 'NetworkClosed', ...state }] };
}
