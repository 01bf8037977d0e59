import { TOOL_DEFAULTS } from '../../api/agent-role/tool.ts';
import { secondsToNextDay } from '../../policy/limits/day-budget.ts';
import type { RateTaken } from '../../policy/limits/rate.ts';
import { shareOf } from '../../policy/limits/share.ts';
import type { Caller } from '../identity/caller.ts';
import type { Call } from '../pipeline/call.ts';
import { type Refusal, refuse } from '../pipeline/refusal.ts';
import { createDayBudgets } from './day-budgets.ts';
import { createEgressGrant, type EgressBudget } from './egress-grant.ts';
import { createRateLimiter } from './rate-limiter.ts';

/** What all sandboxes of the tenant together may use. */
export interface TenantLimits {
  readonly requestsPerMinute: number;
  readonly egressBytesPerDay: number;
}

/** What calls may use, and have used. */
export interface CallLimits {
  /** Counts a request of a source address, before anything else is known of it. */
  readonly takeAddress: (address: string) => Refusal | null;
  /** Counts a call of a sandbox: its tool, its tenant and the calls of the day. */
  readonly takeCall: (call: Call) => Refusal | null;
  /** Takes bytes of the day for a call, which may take more by its `mayLeave`. They are settled when it ends. */
  readonly reserveEgress: (call: Call, bytes: number) => Refusal | null;
  /** How many keys are remembered. */
  readonly sizes: () => Iterable<readonly [label: string, value: number]>;
}

export interface CallLimitsOptions {
  /** Null while they are not known. */
  readonly tenant: () => TenantLimits | null;
  /** Of this gateway. Each gives its share of every limit. */
  readonly replicas: number;
  readonly requestsPerMinuteOfAddress: number;
  /** Of one sandbox. A role has no rate for them. */
  readonly connectionsPerMinute: number;
  readonly monotonicNow: () => number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const MAX_KEYS = 65_536;
/** For all names of tools that the role does not have: an agent could make up any number of them. */
const UNKNOWN_TOOL = '';
const MICROSECONDS = 1_000_000;

export function createCallLimits(options: CallLimitsOptions): CallLimits {
  const { tenant, replicas, monotonicNow, now } = options;
  const rates = { maxKeys: MAX_KEYS, monotonicNow };
  const [addresses, calls, tenants] = [
    createRateLimiter(rates),
    createRateLimiter(rates),
    createRateLimiter(rates),
  ];
  const [callsOfDay, bytesOfDay] = [
    createDayBudgets({ maxKeys: MAX_KEYS, now }),
    createDayBudgets({ maxKeys: MAX_KEYS, now }),
  ];
  const share = (limit: number): number => shareOf(limit, replicas);
  const usedUp = (what: string, limit: number): Refusal =>
    refuse('BudgetUsedUp', {
      message: `${what} of ${limit} a day is used up${shared(replicas)}.`,
      rule: 'spec.budgets',
      retrySeconds: secondsToNextDay(now()),
    });

  const takeTool = (call: Call, caller: Caller): Refusal | null => {
    const rate = rateOf(call, caller, options.connectionsPerMinute);
    const taken = calls.take(`${sandboxOf(caller)} ${rate.key}`, share(rate.perMinute));
    call.remaining = taken.remaining;
    if (taken.isAllowed) return null;
    const message = `The limit is ${rate.perMinute} a minute${shared(replicas)}.`;
    return refuse('RateReached', { message, rule: rate.rule, retrySeconds: seconds(taken) });
  };
  const takeTenant = (limit: number): Refusal | null => {
    const taken = tenants.take('', share(limit));
    if (taken.isAllowed) return null;
    const message = `The limit of the tenant is ${limit} a minute${shared(replicas)}.`;
    return refuse('TenantRateReached', { message, retrySeconds: seconds(taken) });
  };
  const takeDay = (call: Call, caller: Caller): Refusal | null => {
    if (call.operation.tool === null) return null;
    const limit = caller.policy.budgets.toolCallsPerDay;
    const key = sandboxOf(caller);
    if (callsOfDay.reserve(key, share(limit), 1) === 0) return usedUp('The budget of tool calls', limit);
    call.atEnd.push(() => callsOfDay.settle(key, 1, 1));
    return null;
  };
  return {
    takeAddress: (address) => {
      const taken = addresses.take(address, options.requestsPerMinuteOfAddress);
      return taken.isAllowed ? null : refuse('AddressRateReached', { retrySeconds: seconds(taken) });
    },
    takeCall: (call) => {
      const { caller } = call;
      const limits = tenant();
      if (caller === null || limits === null) return refuse('NotReady', { retrySeconds: 1 });
      // The narrowest first, so that what one sandbox may not do takes nothing from the others.
      return takeTool(call, caller) ?? takeTenant(limits.requestsPerMinute) ?? takeDay(call, caller);
    },
    reserveEgress: (call, bytes) => {
      const { caller } = call;
      const limits = tenant();
      if (caller === null || limits === null) return refuse('NotReady', { retrySeconds: 1 });
      const own = caller.policy.budgets.egressBytesPerDay;
      const budgets: readonly EgressBudget[] = [
        { key: sandboxOf(caller), limit: share(own) },
        { key: TENANT, limit: share(limits.egressBytesPerDay) },
      ];
      const grant = createEgressGrant(bytesOfDay, budgets);
      call.mayLeave = grant.mayLeave;
      call.atEnd.push(({ usedBytes }) => grant.settle(usedBytes));
      if (grant.mayLeave(bytes)) return null;
      return usedUp('The budget of bytes that leave', own);
    },
    sizes: () => [
      ['Addresses', addresses.size()],
      ['Calls', calls.size()],
      ['Budgets', callsOfDay.size() + bytesOfDay.size()],
    ],
  };
}

/** Not the UID of an object. */
const TENANT = 'tenant';

function sandboxOf({ sandboxUID, podUID }: Caller): string {
  return sandboxUID ?? podUID;
}

interface CountedRate {
  readonly key: string;
  readonly perMinute: number;
  readonly rule: string | null;
}

function rateOf({ operation }: Call, { policy }: Caller, connectionsPerMinute: number): CountedRate {
  if (operation.tool === null) return { key: 'CONNECT', perMinute: connectionsPerMinute, rule: null };
  const tool = policy.tools.get(operation.tool);
  if (tool === undefined) {
    return { key: `tool ${UNKNOWN_TOOL}`, perMinute: TOOL_DEFAULTS.maxRequestsPerMinute, rule: null };
  }
  const { maxRequestsPerMinute } = tool.limits;
  return {
    key: `tool ${tool.name}`,
    perMinute: maxRequestsPerMinute,
    rule: `${tool.rule}.maxRequestsPerMinute`,
  };
}

function seconds({ retryMicroseconds }: RateTaken): number {
  return Math.max(1, Math.ceil(retryMicroseconds / MICROSECONDS));
}

function shared(replicas: number): string {
  return replicas === 1 ? '' : `, of which each of ${replicas} replicas of the gateway gives its share`;
}
