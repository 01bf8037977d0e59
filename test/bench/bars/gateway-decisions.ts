import { parseSync } from 'libpg-query';
import { loadSqlParser } from '../../../src/lib/sql-parser.ts';
import type { CallPolicy } from '../../../src/policy/tools/call-policy.ts';
import { compileCallPolicy } from '../../../src/policy/tools/compile-tools.ts';
import { decideCall } from '../../../src/policy/tools/decide-call.ts';
import type { Bar, Bench, Measurement } from '../bar.ts';
import { type BenchCall, benchCalls, benchStatements } from '../gateway/bench-calls.ts';
import { benchRole, ROLE_NAME } from '../gateway/bench-role.ts';
import { describeRounds, interleave, median, medianRatio, spread } from '../statistics.ts';

const ROUNDS = 15;
const WARM_UP_ROUNDS = 3;
/** Passes over all calls in a round, so that a round is long beside the resolution of processor time. */
const CALL_PASSES = 50;
const STATEMENT_PASSES = 20;
const QUICK_ROUNDS = 5;
const QUICK_PASSES = 2;

/** The decision about a call, in one process and without a server; statements beside the parser alone. */
export const DECISION_BARS: readonly Bar[] = [
  { name: 'authorize', unit: 'µs', limit: null, needsCluster: false, measure: measureAuthorize },
  { name: 'authorize_sql_ratio', unit: 'ratio', limit: 1.6, needsCluster: false, measure: measureSql },
];

async function measureAuthorize({ isQuick, report }: Bench): Promise<Measurement> {
  const policy = await compilePolicy();
  const calls = benchCalls();
  report(`${calls.length} calls, ${decideAll(policy, calls)} refused, all as expected`);
  const passes = isQuick ? QUICK_PASSES : CALL_PASSES;
  const microseconds: number[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + (isQuick ? QUICK_ROUNDS : ROUNDS); round++) {
    const taken = cpuMicroseconds(() => decideAll(policy, calls), passes) / (passes * calls.length);
    if (round >= WARM_UP_ROUNDS) microseconds.push(taken);
  }
  return {
    value: median(microseconds),
    detail: `${spread(microseconds)} µs of processor time a call, ${microseconds.length} rounds`,
  };
}

async function measureSql({ isQuick, report }: Bench): Promise<Measurement> {
  const policy = await compilePolicy();
  const calls = benchStatements();
  const statements = calls.map((call) => String(call.arguments['query']));
  report(`${calls.length} statements, ${decideAll(policy, calls)} refused, all as expected`);
  const passes = isQuick ? QUICK_PASSES : STATEMENT_PASSES;
  const perStatement = (work: () => void) => cpuMicroseconds(work, passes) / (passes * calls.length);
  const ours = () => perStatement(() => decideAll(policy, calls));
  const baseline = () => perStatement(() => statements.forEach((statement) => parseSync(statement)));
  await interleave(WARM_UP_ROUNDS, ours, baseline);
  const rounds = await interleave(isQuick ? QUICK_ROUNDS : ROUNDS, ours, baseline);
  return { value: medianRatio(rounds), detail: describeRounds(rounds, 'µs of processor time a statement') };
}

async function compilePolicy(): Promise<CallPolicy> {
  return compileCallPolicy(benchRole('Buffered').spec, ROLE_NAME, await loadSqlParser());
}

/** Decides every call, and returns how many are refused. Throws if one is not decided as it must be. */
function decideAll(policy: CallPolicy, calls: readonly BenchCall[]): number {
  let refused = 0;
  for (const call of calls) {
    const { decision } = decideCall(policy, call);
    const reason = decision.effect === 'Allow' ? null : decision.reason;
    if (reason !== call.refusedFor) {
      const text = JSON.stringify({ tool: call.tool, arguments: call.arguments });
      throw new Error(`${text}: expected ${call.refusedFor ?? 'Allow'}, got ${reason ?? 'Allow'}`);
    }
    if (reason !== null) refused += 1;
  }
  return refused;
}

function cpuMicroseconds(work: () => void, passes: number): number {
  const before = process.cpuUsage();
  for (let pass = 0; pass < passes; pass++) work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
