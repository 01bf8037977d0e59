import { TOOL_DEFAULTS } from '../../api/agent-role/tool.ts';
import { secondsToNextDay } from '../../policy/limits/day-budget.ts';
import type { RateTaken } from '../../policy/limits/rate.ts';
import { shareOf } from '../../policy/limits/share.ts';
import type { Caller } from '../identity/caller.ts';
import type { Call } from '../pipeline/call.ts';
import { type Refusal, refuse } from '../pipeline/refusal.ts';
import { createDayBudgets } from './day-budgets.ts';
import { createEgressGrant } from './egress-grant.ts';
import { createRateLimiter } from './rate-limiter.ts';
import { createTokenBudgets, type TokenGrant } from './token-budgets.ts';

/** What all sandboxes of the tenant together may use. */
export interface TenantLimits {
  readonly requestsPerMinute: number;
  readonly egressBytesPerDay: number;
  readonly tokensPerDay: number;
}

/** What calls may use, and have used. */
export interface CallLimits {
  /** Counts a request of a source address, before anything else is known of it. */
  readonly takeAddress: (address: string) => Refusal | null;
  /** Counts a call of a sandbox: its tool, its tenant and the calls of the day. */
  readonly takeCall: (call: Call) => Refusal | null;
  /** Takes bytes of the day for a call, which may take more by its `mayLeave`. They are settled when it ends. */
  readonly reserveEgress: (call: Call, bytes: number) => Refusal | null;
  /**
   * Takes tokens of the day for a request for a model. When the call ends, what `use` was told last counts as used, and all of
   * them where it was told nothing.
   */
  readonly reserveTokens: (call: Call, tokens: number) => Refusal | Pick<TokenGrant, 'use'>;
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
  /** Of one sandbox, to all upstreams. A role has no rate for them. */
  readonly upstreamCallsPerMinute: number;
  readonly monotonicNow: () => number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const MAX_KEYS = 65_536;
/** For all names of tools that the role does not have: an agent could make up any number of them. */
const UNKNOWN_TOOL = '';
const MICROSECONDS = 1_000_000;

export function createCallLimits(options: CallLimitsOptions): CallLimits {
  const rates = createRates(options);
  const budgets = createBudgets(options);
  const tokens = createTokenBudgets({ maxKeys: MAX_KEYS, now: options.now });
  const withLimits = <Taken>(
    call: Call,
    take: (caller: Caller, limits: TenantLimits) => Refusal | Taken,
  ): Refusal | Taken => {
    const limits = options.tenant();
    if (call.caller === null || limits === null) return refuse('NotReady', { retrySeconds: 1 });
    return take(call.caller, limits);
  };
  return {
    takeAddress: rates.takeAddress,
    // The narrowest first, so that what one sandbox may not do takes nothing from the others.
    takeCall: (call) =>
      withLimits(
        call,
        (caller, { requestsPerMinute }) =>
          rates.takeTool(call, caller) ??
          rates.takeTenant(requestsPerMinute) ??
          budgets.takeCallOfDay(call, caller),
      ),
    reserveEgress: (call, bytes) =>
      withLimits(call, (caller, { egressBytesPerDay }) =>
        budgets.reserveEgress(call, { caller, ofTenant: egressBytesPerDay, bytes }),
      ),
    reserveTokens: (call, amount) =>
      withLimits(call, (caller, { tokensPerDay }) => {
        const { replicas } = options;
        const ofSandbox = shareOf(caller.policy.budgets.tokensPerDay, replicas);
        const given = { sandbox: sandboxOf(caller), ofSandbox, ofTenant: shareOf(tokensPerDay, replicas) };
        const grant = tokens.reserve(given, amount);
        if ('settle' in grant) call.atEnd.push(grant.settle);
        return grant;
      }),
    sizes: () => [...rates.sizes(), ['Budgets', budgets.size() + tokens.size()]],
  };
}

function createRates(options: CallLimitsOptions) {
  const { replicas, monotonicNow, requestsPerMinuteOfAddress } = options;
  const given = { maxKeys: MAX_KEYS, monotonicNow };
  const addresses = createRateLimiter(given);
  const calls = createRateLimiter(given);
  const tenants = createRateLimiter(given);
  return {
    takeAddress: (address: string): Refusal | null => {
      const taken = addresses.take(address, requestsPerMinuteOfAddress);
      return taken.isAllowed ? null : refuse('AddressRateReached', { retrySeconds: seconds(taken) });
    },
    takeTool: (call: Call, caller: Caller): Refusal | null => {
      const { key, perMinute, rule } = rateOf(call, caller, options);
      const taken = calls.take(`${sandboxOf(caller)} ${key}`, shareOf(perMinute, replicas));
      call.remaining = taken.remaining;
      if (taken.isAllowed) return null;
      const message = `The limit is ${perMinute} a minute${shared(replicas)}.`;
      return refuse('RateReached', { message, rule, retrySeconds: seconds(taken) });
    },
    takeTenant: (limit: number): Refusal | null => {
      const taken = tenants.take(TENANT, shareOf(limit, replicas));
      if (taken.isAllowed) return null;
      const message = `The limit of the tenant is ${limit} a minute${shared(replicas)}.`;
      return refuse('TenantRateReached', { message, retrySeconds: seconds(taken) });
    },
    sizes: (): readonly (readonly [string, number])[] => [
      ['Addresses', addresses.size()],
      ['Calls', calls.size()],
    ],
  };
}

/** Bytes that a call asks for. */
interface EgressRequest {
  readonly caller: Caller;
  /** Bytes a day of all sandboxes of the tenant. */
  readonly ofTenant: number;
  readonly bytes: number;
}

function createBudgets({ replicas, now }: CallLimitsOptions) {
  const calls = createDayBudgets({ maxKeys: MAX_KEYS, now });
  const bytesOfDay = createDayBudgets({ maxKeys: MAX_KEYS, now });
  const usedUp = (what: string, limit: number, field: string): Refusal =>
    refuse('BudgetUsedUp', {
      message: `${what} is ${limit} a day${shared(replicas)}, and used up.`,
      rule: `spec.budgets.${field}`,
      retrySeconds: secondsToNextDay(now()),
    });
  return {
    takeCallOfDay: (call: Call, caller: Caller): Refusal | null => {
      if (call.operation.tool === null) return null;
      const { toolCallsPerDay } = caller.policy.budgets;
      const key = sandboxOf(caller);
      if (calls.reserve(key, shareOf(toolCallsPerDay, replicas), 1) === 0) {
        return usedUp('The budget of tool calls', toolCallsPerDay, 'toolCallsPerDay');
      }
      call.atEnd.push(() => calls.settle(key, 1, 1));
      return null;
    },
    reserveEgress: (call: Call, { caller, ofTenant, bytes }: EgressRequest): Refusal | null => {
      const { egressBytesPerDay } = caller.policy.budgets;
      const grant = createEgressGrant(bytesOfDay, [
        { key: sandboxOf(caller), limit: shareOf(egressBytesPerDay, replicas) },
        { key: TENANT, limit: shareOf(ofTenant, replicas) },
      ]);
      call.mayLeave = grant.mayLeave;
      call.atEnd.push(({ usedBytes }) => grant.settle(usedBytes));
      if (grant.mayLeave(bytes)) return null;
      return usedUp('The budget of bytes that leave', egressBytesPerDay, 'egressBytesPerDay');
    },
    size: () => calls.size() + bytesOfDay.size(),
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

function rateOf({ operation }: Call, { policy }: Caller, options: CallLimitsOptions): CountedRate {
  const { connectionsPerMinute, upstreamCallsPerMinute } = options;
  if (operation.event === 'Upstream')
    return { key: 'UPSTREAM', perMinute: upstreamCallsPerMinute, rule: null };
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
