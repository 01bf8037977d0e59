import type { Bar, Bench, Measurement } from '../bar.ts';
import { describeRounds, medianRatio, type Rounds } from '../statistics.ts';
import { measureLogins } from '../tenancy/measure-logins.ts';
import { measureTenancy, type TenancyFigures, type TenancyScale } from '../tenancy/measure-tenancy.ts';

const FULL: TenancyScale = { rows: 1_000_000, tenants: 1_000, rounds: 15 };
const QUICK: TenancyScale = { rows: 20_000, tenants: 20, rounds: 3 };

/** What row security costs a tenant of a table that many share, and what its set-up writes. All but the last take their figures from one run. */
export const TENANCY_BARS: readonly Bar[] = [
  bar('rls_buffers_ratio', 'ratio', 1.1, takeBuffers),
  bar('rls_scan_ratio', 'ratio', 2, takeScan),
  bar('statements_per_table', 'statements', null, (figures) => takePlan(figures, 'statements')),
  bar('transactions_per_table', 'transactions', null, (figures) => takePlan(figures, 'transactions')),
  bar('resync_writes', 'writes', 0, takeResync),
  {
    name: 'login_ratio',
    unit: 'ratio',
    limit: 1.5,
    needsCluster: false,
    measure: async ({ isQuick }) => takeLogins(await measureLogins(isQuick ? 3 : 41)),
  },
];

function bar(
  name: string,
  unit: Bar['unit'],
  limit: number | null,
  take: (figures: TenancyFigures) => Measurement,
): Bar {
  const measure = async (bench: Bench): Promise<Measurement> =>
    take(await bench.once('tenancy', () => measureTenancy(bench.isQuick ? QUICK : FULL, bench.report)));
  return { name, unit, limit, needsCluster: false, measure };
}

/** Without the index the value is no number, which misses the bar. */
export function takeBuffers({ byIndex: { policy, literal } }: TenancyFigures): Measurement {
  const isByIndex = policy.hasIndexCondition && literal.hasIndexCondition;
  return {
    value: isByIndex ? policy.buffers / literal.buffers : Number.NaN,
    detail: `${policy.buffers} pages against ${literal.buffers}, ${policy.milliseconds.toFixed(2)} ms against ${literal.milliseconds.toFixed(2)} ms, ${isByIndex ? 'both by the index' : 'not by the index'}`,
  };
}

export function takeScan({ scan }: TenancyFigures): Measurement {
  return { value: medianRatio(scan), detail: describeRounds(scan, 'ms') };
}

export function takeLogins(rounds: Rounds): Measurement {
  return { value: medianRatio(rounds), detail: describeRounds(rounds, 'ms') };
}

export function takePlan(
  { plans: { first, last } }: TenancyFigures,
  what: 'statements' | 'transactions',
): Measurement {
  return { value: first[what], detail: `for the first tenant of a table, and ${last[what]} for each other` };
}

export function takeResync({ resyncStatements, resyncMilliseconds }: TenancyFigures): Measurement {
  return {
    value: resyncStatements,
    detail: `of all tenants; reading and planning takes ${resyncMilliseconds.toFixed(0)} ms a tenant`,
  };
}
