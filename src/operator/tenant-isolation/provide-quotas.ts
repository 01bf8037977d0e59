import { RESOURCE_QUOTA } from '../../api/names.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
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
  /** Namespaces in which as many sandboxes are as there may be. */
  readonly exhausted: readonly string[];
  /** What the ResourceQuotas of all enrolled namespaces allow together, by resource. */
  readonly totals: Readonly<Record<string, string>>;
  readonly namespaces: number;
}

/** Limits what may be used in enrolled namespaces. */
export async function provideQuotas(
  { spec }: TenantIsolation,
  namespaces: readonly string[],
  {
    caches,
    apply,
  }: { readonly caches: Pick<OperatorCaches, 'resourceQuotas'>; readonly apply: ApplyRendered },
): Promise<QuotaFacts> {
  const listed = spec.namespaces.filter(({ name }) => namespaces.includes(name));
  const missing = await Promise.all(
    listed.map(async ({ name, quota }) => {
      const wanted = resourceQuota(name, quota);
      return isInPlace(await apply(wanted)) ? [] : [nameOf(wanted)];
    }),
  );
  return {
    missing: missing.flat(),
    exhausted: listed
      .map(({ name }) => name)
      .filter((name) => isExhausted(caches.resourceQuotas.get(name, RESOURCE_QUOTA))),
    totals: sumUp(listed.map(({ quota }) => quotaEntries(quota))),
    namespaces: listed.length,
  };
}

/** Whether as many sandboxes are counted as there may be. */
export function isExhausted(quota: ObservedResourceQuota | undefined): boolean {
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
export function quotaReport({ missing, exhausted, totals, namespaces }: QuotaFacts): TenantStatusPart {
  const amounts = Object.entries(totals).map(([name, amount]) => `${name} ${amount}`);
  const total = `The ResourceQuotas of ${namespaces} namespaces allow in total: ${amounts.join(', ') || 'nothing that all of them limit'}.`;
  const state =
    missing.length > 0
      ? {
          status: 'False' as const,
          reason: 'QuotaMissing',
          message: `Not in place: ${missing.join(', ')}. Look for what was refused in the log of the operator, and correct spec.namespaces[*].quota.`,
        }
      : { status: 'True' as const, ...reasonOf(exhausted, total) };
  return { conditions: [{ type: 'QuotaApplied', ...state }] };
}

function reasonOf(exhausted: readonly string[], total: string): { reason: string; message: string } {
  if (exhausted.length === 0) return { reason: 'Applied', message: total };
  const message = `As many sandboxes as there may be are in: ${exhausted.join(', ')}. ${total}`;
  return { reason: 'Exhausted', message };
}
