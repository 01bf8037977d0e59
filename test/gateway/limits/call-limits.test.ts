import { describe, expect, test } from 'vitest';
import { agentRole } from '../../../src/api/agent-role.ts';
import { createCallLimits } from '../../../src/gateway/limits/call-limits.ts';
import { createRateLimiter } from '../../../src/gateway/limits/rate-limiter.ts';
import type { Call } from '../../../src/gateway/pipeline/call.ts';
import { compileCallPolicy } from '../../../src/policy/tools/compile-tools.ts';
import { minimalAgentRole } from '../../build/agent-role.ts';
import { buildCall, CALLER } from '../pipeline/build-call.ts';

const DAY = 86_400_000;
const KIB = 1024;

const spec = agentRole.schema.shape.spec.parse({
  ...minimalAgentRole.spec,
  tools: [
    {
      name: 'a',
      executor: 'Agent',
      capabilities: [],
      maxRequestsPerMinute: 12,
      confirmation: { when: 'Never' },
    },
    {
      name: 'b',
      executor: 'Agent',
      capabilities: [],
      maxRequestsPerMinute: 12,
      confirmation: { when: 'Never' },
    },
  ],
  budgets: { toolCallsPerDay: 5, egressBytesPerDay: 1024 * KIB, tokensPerDay: 1000 },
});
const policy = compileCallPolicy(spec, 'minimal');

function limitsOf({
  replicas = 1,
  requestsPerMinute = 6_000,
  egressBytesPerDay = 1024 * 1024 * KIB,
  tokensPerDay = 1_000_000,
} = {}) {
  const time = { now: 20_000 * DAY };
  const limits = createCallLimits({
    tenant: () => ({ requestsPerMinute, egressBytesPerDay, tokensPerDay }),
    replicas,
    requestsPerMinuteOfAddress: 60,
    connectionsPerMinute: 60,
    upstreamCallsPerMinute: 600,
    monotonicNow: () => time.now,
    now: () => time.now,
  });
  const callOf = (tool: string | null, sandboxUID = 'one'): Call => {
    const call = buildCall({ tool });
    call.caller = { ...CALLER, policy, sandboxUID };
    return call;
  };
  /** The reason of the refusal of each of so many calls. */
  const take = (times: number, tool: string | null, sandboxUID?: string) =>
    Array.from({ length: times }, () => limits.takeCall(callOf(tool, sandboxUID))?.reason ?? null);
  return { limits, time, callOf, take };
}

describe('a rate', () => {
  test('is one of each sandbox and tool', () => {
    const { take } = limitsOf();
    expect(take(3, 'a')).toEqual([null, null, 'RateReached']);
    expect(take(1, 'b')).toEqual([null]);
    expect(take(1, 'a', 'two')).toEqual([null]);
  });

  test('is one for all tools that the role does not have', () => {
    const { limits, callOf } = limitsOf();
    const reasons = Array.from(
      { length: 20 },
      (_, index) => limits.takeCall(callOf(`made-up-${index}`))?.reason,
    );
    expect(reasons.filter((reason) => reason !== undefined).length).toBeGreaterThan(0);
    expect([...limits.sizes()]).toContainEqual(['Calls', 1]);
  });

  test('of several replicas is shared out', () => {
    const { limits, callOf } = limitsOf({ replicas: 2 });
    expect(limits.takeCall(callOf('a'))).toBeNull();
    expect(limits.takeCall(callOf('a'))?.message).toBe(
      'The limit is 12 a minute, of which each of 2 replicas of the gateway gives its share.',
    );
  });

  test('of the tenant holds all its sandboxes, and takes nothing that a sandbox may not have', () => {
    const { take } = limitsOf({ requestsPerMinute: 18 });
    expect(take(6, 'a')).toEqual([null, null, ...Array.from({ length: 4 }, () => 'RateReached')]);
    expect(take(2, 'a', 'two')).toEqual([null, 'TenantRateReached']);
  });

  test('of an address needs no identity', () => {
    const { limits } = limitsOf();
    const reasons = Array.from({ length: 11 }, () => limits.takeAddress('10.0.0.5')?.reason ?? null);
    expect(reasons.at(-1)).toBe('AddressRateReached');
    expect(reasons.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => null));
  });
});

test('the calls of a day are used up, and there are new ones the next day', () => {
  const { limits, time, callOf } = limitsOf();
  const reasons: (string | null)[] = [];
  for (let call = 0; call < 6; call += 1) {
    time.now += 60_000;
    const made = callOf('a');
    reasons.push(limits.takeCall(made)?.reason ?? null);
    for (const end of made.atEnd) end(made);
  }
  expect(reasons).toEqual([null, null, null, null, null, 'BudgetUsedUp']);
  expect(limits.takeCall(callOf('a'))?.retrySeconds).toBeGreaterThan(80_000);
  time.now += DAY;
  expect(limits.takeCall(callOf('a'))).toBeNull();
});

describe('bytes of a day', () => {
  test('are taken step by step, and what was not used is given back', () => {
    const { limits, callOf } = limitsOf();
    const calls = Array.from({ length: 64 }, () => callOf(null));
    expect(calls.map((call) => limits.reserveEgress(call, 16 * KIB)?.reason ?? null)).toEqual(
      calls.map(() => null),
    );
    expect(limits.reserveEgress(callOf(null), 16 * KIB)?.reason).toBe('BudgetUsedUp');
    for (const call of calls) {
      call.usedBytes = KIB;
      for (const end of call.atEnd) end(call);
    }
    const last = callOf(null);
    expect(limits.reserveEgress(last, 16 * KIB)).toBeNull();
    expect(last.mayLeave(960 * KIB)).toBe(true);
    expect(last.mayLeave(961 * KIB)).toBe(false);
  });

  test('are those of the tenant too', () => {
    const { limits, callOf } = limitsOf({ egressBytesPerDay: 512 * KIB });
    const [one, two] = [callOf(null, 'one'), callOf(null, 'two')];
    expect(limits.reserveEgress(one, 16 * KIB)).toBeNull();
    expect(one.mayLeave(400 * KIB)).toBe(true);
    expect(limits.reserveEgress(two, 16 * KIB)).toBeNull();
    expect(two.mayLeave(400 * KIB)).toBe(false);
  });
});

describe('tokens of the day', () => {
  type Limits = ReturnType<typeof limitsOf>;
  /** Makes one request: the reason of its refusal, or what is to be told at its end. */
  const begin = ({ limits, callOf }: Limits, tokens: number, sandboxUID?: string) => {
    const call = callOf(null, sandboxUID);
    const taken = limits.reserveTokens(call, tokens);
    const end = (used?: number): void => {
      if (used !== undefined && 'use' in taken) taken.use(used);
      for (const one of call.atEnd) one(call);
    };
    return { reason: 'use' in taken ? null : taken.reason, refusal: taken, end };
  };

  test('are reserved for what runs, and given back for what was not used', () => {
    const limits = limitsOf();
    const first = begin(limits, 600);
    expect(first.reason).toBeNull();
    const second = begin(limits, 600);
    expect(second.refusal).toMatchObject({
      reason: 'BudgetUsedUp',
      rule: 'spec.budgets.tokensPerDay',
      retrySeconds: 86_400,
      message:
        'The request may use 600 tokens, and the sandbox has fewer left today. ' +
        'Ask for fewer output tokens, or wait for tomorrow (UTC).',
    });
    first.end(100);
    expect(begin(limits, 900).reason).toBeNull();
  });

  test('that a refused request would have taken are left to others', () => {
    const limits = limitsOf();
    expect(begin(limits, 1001).reason).toBe('BudgetUsedUp');
    expect(begin(limits, 1000).reason).toBeNull();
  });

  test('all count as used where nobody says how many were', () => {
    const limits = limitsOf();
    begin(limits, 600).end();
    expect(begin(limits, 401).reason).toBe('BudgetUsedUp');
    expect(begin(limits, 400).reason).toBeNull();
  });

  test('that were used beyond what was reserved count too', () => {
    const limits = limitsOf();
    begin(limits, 10).end(900);
    expect(begin(limits, 101).reason).toBe('BudgetUsedUp');
  });

  test('are those of the tenant too, whichever sandbox asks', () => {
    const limits = limitsOf({ tokensPerDay: 1500 });
    begin(limits, 1000, 'one').end();
    const { refusal } = begin(limits, 501, 'two');
    expect(refusal).toMatchObject({ reason: 'BudgetUsedUp', rule: null });
    expect(refusal).toHaveProperty('message', expect.stringContaining('and the tenant has fewer left today'));
    expect(begin(limits, 500, 'two').reason).toBeNull();
  });

  test('are given anew on the next day', () => {
    const limits = limitsOf();
    begin(limits, 1000).end();
    limits.time.now += DAY;
    expect(begin(limits, 1000).reason).toBeNull();
  });

  test('of several replicas are shared out', () => {
    const limits = limitsOf({ replicas: 2 });
    expect(begin(limits, 501).reason).toBe('BudgetUsedUp');
    expect(begin(limits, 500).reason).toBeNull();
  });
});

test('no more keys are remembered than may be, and those at rest make room', () => {
  let now = 1_000_000;
  const limiter = createRateLimiter({ maxKeys: 3, monotonicNow: () => now });
  const take = (key: string): boolean => limiter.take(key, 60).isAllowed;
  expect(['a', 'b', 'c', 'd'].map(take)).toEqual([true, true, true, false]);
  expect(take('a')).toBe(true);
  now += 60_000;
  expect(take('d')).toBe(true);
  expect(limiter.size()).toBe(1);
});
