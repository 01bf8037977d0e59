import { describe, expect, test, vi } from 'vitest';
import { AuditUnavailableError } from '../../../src/audit/audit-log.ts';
import type { Operation, PipelineServices } from '../../../src/gateway/pipeline/call.ts';
import { PIPELINE, runCall } from '../../../src/gateway/pipeline/pipeline.ts';
import { refuse } from '../../../src/gateway/pipeline/refusal.ts';
import { denyCall } from '../../../src/policy/tools/call-decision.ts';
import { buildCall, buildServices, CALLER } from './build-call.ts';

test('every call goes through the same filters in the same order', () => {
  expect(PIPELINE.map(({ name }) => name)).toEqual([
    'identify',
    'contain',
    'limit',
    'authorize',
    'body',
    'confirm',
    'contain and authorize again',
    'reserve',
    'address',
    'credential',
    'intend',
    'dispatch',
    'outcome',
  ]);
});

test('a call that is allowed is recorded ahead, made, and its end is recorded', async () => {
  const services = buildServices();
  const dispatch = vi.fn(() => {
    expect(services.written.map(([phase]) => phase)).toEqual(['Intent']);
    return Promise.resolve({ succeeded: true, reason: 'Ended' });
  });
  const result = await runCall(buildCall({ dispatch }), services);
  expect(result).toEqual({ outcome: { succeeded: true, reason: 'Ended' } });
  expect(services.written.map(([phase]) => phase)).toEqual(['Intent', 'Outcome']);
  expect(services.onEnd).toHaveBeenCalledOnce();
  expect(services.openCalls.count()).toBe(0);
});

const fail = (): never => {
  throw new Error('broken');
};
const broken = (part: object) => part as never;

const FAULTS: readonly (readonly [string, Partial<Operation>, Partial<PipelineServices>])[] = [
  ['identify', {}, { identities: broken({ identify: fail, stillHolds: () => null }) }],
  ['identify', {}, { limits: broken({ takeAddress: fail }) }],
  ['contain', {}, { identities: broken({ identify: async () => ({ caller: CALLER }), stillHolds: fail }) }],
  ['limit', {}, { limits: broken({ takeAddress: () => null, takeCall: fail }) }],
  ['authorize', { authorize: fail }, {}],
  ['reserve', { firstEgressBytes: fail }, {}],
  ['body', { readBody: fail }, {}],
  ['address', { resolve: fail }, {}],
  ['credential', { obtainCredential: fail }, {}],
  ['intend', { describe: fail }, {}],
  ['dispatch', { dispatch: fail }, {}],
];

test.for(FAULTS)('a fault in the filter %s refuses the call', async ([stage, operation, changes]) => {
  const dispatch = vi.fn(() => Promise.resolve({ succeeded: true, reason: 'Ended' }));
  const services = buildServices(changes);
  const result = await runCall(buildCall({ dispatch, ...operation }), services);
  expect(result).toMatchObject({ stage, refusal: { effect: 'Deny', reason: 'Fault' } });
  expect(dispatch).not.toHaveBeenCalled();
  expect(services.openCalls.count()).toBe(0);
});

describe('nothing is done where', () => {
  const denied = denyCall('HostNotAllowed', { rule: 'spec.network.allow', level: 'Gateway' });
  const cases: readonly (readonly [string, string, Partial<Operation>, Partial<PipelineServices>])[] = [
    ['the role denies', 'HostNotAllowed', { authorize: () => denied }, {}],
    ['an address is refused', 'AddressNotAllowed', { resolve: () => refuse('AddressNotAllowed') }, {}],
    [
      'the request could not be read',
      'RequestMalformed',
      { isReadable: false, malformed: 'It is no HTTP.' },
      {},
    ],
    ['the gateway shuts down', 'Draining', {}, { isDraining: () => true }],
    [
      'a limit is reached',
      'RateReached',
      {},
      { limits: broken({ takeAddress: () => null, takeCall: () => refuse('RateReached') }) },
    ],
    [
      'the record cannot be kept',
      'AuditUnavailable',
      {},
      {
        audit: broken({
          intend: () => Promise.reject(new AuditUnavailableError('full')),
          record: () => undefined,
        }),
      },
    ],
  ];

  test.for(cases)('%s, and the refusal is recorded once', async ([, reason, operation, changes]) => {
    const record = vi.fn();
    const services = buildServices(changes);
    const audit = { ...services.audit, record, outcome: record };
    const dispatch = vi.fn(() => Promise.resolve({ succeeded: true, reason: 'Ended' }));
    const call = buildCall({ dispatch, ...operation });
    const result = await runCall(call, { ...services, audit });
    expect(result).toMatchObject({ refusal: { reason } });
    expect(dispatch).not.toHaveBeenCalled();
    expect(record).toHaveBeenCalledOnce();
    expect(record.mock.calls[0]?.[0]).toMatchObject({ decision: { effect: 'Deny', reason } });
  });
});

test('what changes between identification and dispatch counts', async () => {
  const decisions = [
    () => buildCall().operation.authorize(CALLER),
    () => denyCall('HostNotAllowed', { rule: 'spec.network.allow', level: 'Gateway' }),
  ];
  const result = await runCall(
    buildCall({ authorize: () => (decisions.shift() ?? fail)() }),
    buildServices(),
  );
  expect(result).toMatchObject({
    stage: 'contain and authorize again',
    refusal: { reason: 'HostNotAllowed' },
  });
});

test('a call that is cut while it runs ends with the reason why', async () => {
  const contained = { reason: 'Contained', message: 'the sandbox is contained', retry: false } as const;
  let holds = true;
  const services = buildServices({
    identities: broken({
      identify: () => Promise.resolve({ caller: CALLER }),
      stillHolds: () => (holds ? null : contained),
    }),
  });
  const call = buildCall({
    dispatch: ({ ended }) =>
      new Promise((_resolve, reject) =>
        ended.signal.addEventListener('abort', () => reject(new Error('aborted'))),
      ),
  });
  const running = runCall(call, services);
  await vi.waitFor(() => expect(call.isIntended).toBe(true));
  holds = false;
  services.openCalls.review(new Set(['another-pod']));
  expect(call.cut).toBeNull();
  services.openCalls.review(new Set([CALLER.podUID]));
  expect(await running).toMatchObject({
    refusal: { reason: 'Contained', message: 'the sandbox is contained.' },
  });
  expect(services.written.at(-1)).toMatchObject([
    'Outcome',
    { outcome: { succeeded: false, reason: 'Contained' } },
  ]);
});

test('a call whose client is gone is no fault', async () => {
  const call = buildCall({ resolve: () => Promise.reject(new Error('aborted')) });
  call.onClientGone();
  expect(await runCall(call, buildServices())).toMatchObject({ refusal: { reason: 'CallCut' } });
});

test('a pod has no more calls open than it may', async () => {
  const services = buildServices();
  const hold = Promise.withResolvers<{ succeeded: boolean; reason: string }>();
  const open = [1, 2].map(() => runCall(buildCall({ dispatch: () => hold.promise }), services));
  await vi.waitFor(() => expect(services.openCalls.count()).toBe(2));
  expect(await runCall(buildCall(), services)).toMatchObject({ refusal: { reason: 'TooManyCalls' } });
  hold.resolve({ succeeded: true, reason: 'Ended' });
  await Promise.all(open);
  expect(await runCall(buildCall(), services)).toHaveProperty('outcome');
});

test('where a role records denials alone, what is allowed leaves no record', async () => {
  const caller = { ...CALLER, auditSettings: { ...CALLER.auditSettings, record: 'Denied' as const } };
  const identities = broken({ identify: () => Promise.resolve({ caller }), stillHolds: () => null });
  const services = buildServices({ identities });
  await runCall(buildCall(), services);
  expect(services.written).toEqual([]);
  await runCall(buildCall({ resolve: () => refuse('AddressNotAllowed') }), services);
  expect(services.written.map(([phase]) => phase)).toEqual(['Record']);
});

test.for([
  ['is only answered', { dispatch: null }, 'All'],
  ['is made', {}, 'All'],
  ['is recorded only where it is denied', {}, 'Denied'],
] as const)(
  'a call of a tool that %s is refused where its arguments cannot be recorded',
  async ([, changes, record]) => {
    const caller = {
      ...CALLER,
      auditSettings: { ...CALLER.auditSettings, record, arguments: 'Full' as const },
    };
    const { audit } = buildServices();
    const services = buildServices({
      identities: broken({ identify: async () => ({ caller }), stillHolds: () => null }),
      audit: { ...audit, argumentsProblem: (recorded) => (recorded === 'Full' ? 'no key' : null) },
    });
    const run = (tool: string | null) => runCall(buildCall({ tool, ...changes }), services);
    expect(await run('web_search')).toMatchObject({
      refusal: { reason: 'AuditUnavailable' },
      stage: 'intend',
    });
    expect(await run(null)).not.toHaveProperty('refusal');
  },
);

test('a call that is only answered is refused where its sandbox has no room left in the audit', async () => {
  const { audit } = buildServices();
  const services = buildServices({
    audit: { ...audit, problem: (subject) => (subject?.podUID === CALLER.podUID ? 'used up' : null) },
  });
  const result = await runCall(buildCall({ dispatch: null }), services);
  expect(result).toMatchObject({ refusal: { reason: 'AuditUnavailable' }, stage: 'intend' });
});
