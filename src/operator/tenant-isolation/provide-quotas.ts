import { RESOURCE_QUOTA, systemNamespaceOf } from '../../api/names.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import type { ConditionState } from '../../controller/conditions.ts';
import { formatBytes, formatCores } from '../../lib/format-amount.ts';
import { NANO_UNITS, parseQuantity } from '../../lib/quantity.ts';
import { quotaEntries, resourceQuota, SANDBOX_COUNT } from '../../render/tenant/resource-quota.ts';
import type { ObservedResourceQuota } from '../observed-objects.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import { type ApplyRendered, nameOf } from './apply-rendered.ts';
import { isInPlace } from './close-network.ts';
import type { TenantStatusPart } from './tenant-status.ts';

/** What is known of the ResourceQuotas of a tenant. */
export interface QuotaFacts {
  /** ResourceQuotas that are not in place, such as `ResourceQuota acme/cloister-quota`. */
  readonly missing: readonly string[];
  /** Whether sandboxes are counted in all namespaces. */
  readonly isCounted: boolean;
  /** Namespaces in which as many sandboxes are as there may be. */
  readonly exhausted: readonly string[];
  /** What the ResourceQuotas of all enrolled namespaces allow together, by resource. */
  readonly totals: Readonly<Record<string, string>>;
  readonly namespaces: number;
}

interface QuotaRun {
  readonly caches: Pick<OperatorCaches, 'resourceQuotas'>;
  readonly apply: ApplyRendered;
}

/**
 * Limits what may be used in enrolled namespaces. Sandboxes are counted from when the quota controller knows their kind:
 * before, the API server would refuse every one, because it could not say how many there are.
 */
export async function provideQuotas(
  { metadata, spec }: TenantIsolation,
  namespaces: readonly string[],
  { caches, apply }: QuotaRun,
): Promise<QuotaFacts> {
  const listed = spec.namespaces.filter(({ name }) => namespaces.includes(name));
  const quotaOf = (namespace: string) => caches.resourceQuotas.get(namespace, RESOURCE_QUOTA);
  const isKnown = countOf(quotaOf(systemNamespaceOf(metadata.name))) === 'Counted';
  const applied = await Promise.all(
    listed.map(async ({ name, quota }) => {
      const { [SANDBOX_COUNT]: count = '0', ...others } = quotaEntries(quota);
      const isCounted = isKnown || quotaOf(name)?.spec?.hard?.[SANDBOX_COUNT] !== undefined;
      const wanted = resourceQuota(name, isCounted ? { ...others, [SANDBOX_COUNT]: count } : others);
      return { isCounted, missing: isInPlace(await apply(wanted)) ? [] : [nameOf(wanted)] };
    }),
  );
  return {
    missing: applied.flatMap(({ missing }) => missing),
    isCounted: applied.every(({ isCounted }) => isCounted),
    exhausted: listed.map(({ name }) => name).filter((name) => isExhausted(quotaOf(name))),
    totals: sumUp(listed.map(({ quota }) => quotaEntries(quota))),
    namespaces: listed.length,
  };
}

/** Whether the quota controller has looked at the quota, and does not know what a sandbox is. */
export function isUncounted(quota: ObservedResourceQuota): boolean {
  return countOf(quota) === 'Uncounted';
}

/** `Uncounted`: the quota controller has looked at the quota, and does not know what a sandbox is. */
function countOf(quota: ObservedResourceQuota | undefined): 'Counted' | 'Uncounted' | 'Unknown' {
  const { hard, used } = quota?.status ?? {};
  if (hard?.[SANDBOX_COUNT] === undefined) return 'Unknown';
  return used?.[SANDBOX_COUNT] === undefined ? 'Uncounted' : 'Counted';
}

/** Whether the API server says otherwise how sandboxes are counted, or that there is room for another. */
export function isCountChange(now: ObservedResourceQuota, before: ObservedResourceQuota): boolean {
  return countOf(now) !== countOf(before) || isExhausted(now) !== isExhausted(before);
}

function isExhausted(quota: ObservedResourceQuota | undefined): boolean {
  const { hard, used } = quota?.status ?? {};
  const most = parseQuantity(hard?.[SANDBOX_COUNT] ?? '');
  const now = parseQuantity(used?.[SANDBOX_COUNT] ?? '');
  return most !== null && now !== null && now >= most;
}

/** Only of what every namespace limits there is a total. */
function sumUp(quotas: readonly Readonly<Record<string, string>>[]): Readonly<Record<string, string>> {
  const [first, ...others] = quotas;
  const names = Object.keys(first ?? {}).filter((name) =>
    others.every((other) => Object.hasOwn(other, name)),
  );
  return Object.fromEntries(
    names.sort().map((name) => {
      const sum = quotas.reduce((total, quota) => total + (parseQuantity(quota[name] ?? '') ?? 0n), 0n);
      return [name, formatTotal(name, sum)];
    }),
  );
}

function formatTotal(name: string, nano: bigint): string {
  const whole = String(nano / NANO_UNITS);
  if (/memory|storage/.test(name)) return formatBytes(nano / NANO_UNITS) ?? whole;
  return (/cpu/.test(name) ? formatCores(nano) : null) ?? whole;
}

/** Returns the condition `QuotaApplied`, whose message is the tenant's total. */
export function quotaReport(facts: QuotaFacts): TenantStatusPart {
  return { conditions: [{ type: 'QuotaApplied', ...stateOf(facts) }] };
}

function stateOf({
  missing,
  isCounted,
  exhausted,
  totals,
  namespaces,
}: QuotaFacts): Omit<ConditionState, 'type'> {
  if (missing.length > 0) {
    const message = `Not in place: ${missing.join(', ')}. Read in the log of the operator what was refused, and correct spec.namespaces[*].quota.`;
    return { status: 'False', reason: 'QuotaMissing', message };
  }
  const amounts = Object.entries(totals).map(([name, amount]) => `${name} ${amount}`);
  const total = `Namespaces with a ResourceQuota: ${namespaces}. In total they allow: ${amounts.join(', ') || 'nothing that all of them limit'}.`;
  const holds = (reason: string, message: string) => ({ status: 'True' as const, reason, message });
  if (!isCounted) {
    return holds(
      'NotCounted',
      `${total} Sandboxes are not counted until the quota controller knows their kind.`,
    );
  }
  if (exhausted.length === 0) return holds('Applied', total);
  return holds('Exhausted', `${total} There is no room for another sandbox in: ${exhausted.join(', ')}.`);
}
