import { describe, expect, test } from 'vitest';
import { type AuditLog, AuditUnavailableError } from '../../src/audit/audit-log.ts';
import type { AuditRecordInput } from '../../src/audit/audit-record-input.ts';
import { createResponseRoom } from '../../src/gateway/limits/byte-room.ts';
import { createCall } from '../../src/gateway/pipeline/call.ts';
import { runCall } from '../../src/gateway/pipeline/pipeline.ts';
import { createFetchOperation } from '../../src/gateway/tool-api/fetch-operation.ts';
import { ALLOW } from '../../src/policy/decision.ts';
import { type FetchWorld, serveFetches } from './egress/fetch-locally.ts';
import { FETCH_POLICY } from './fetch-policy.ts';
import { buildServices, CALLER } from './pipeline/build-call.ts';

const LARGE = 1_024 * 1_024;
const FIRST = 'https://api.example.com/first?q=1';

interface FetchChanges {
  readonly record?: 'All' | 'Denied';
  /** Fails where it throws. */
  readonly onIntend?: (record: AuditRecordInput, world: FetchWorld) => void;
}

/** Redirects /first to a place, and answers any other path. Returns what was recorded, and how the call ended. */
async function fetchRedirected(location: string, { record = 'All', onIntend }: FetchChanges = {}) {
  const world = await serveFetches((request, response) => {
    if (request.url?.startsWith('/first') === true) response.writeHead(302, { location }).end();
    else if (request.url === '/broken') response.socket?.destroy();
    else response.end('found');
  });
  const auditSettings = { ...CALLER.auditSettings, record };
  const caller = { ...CALLER, policy: FETCH_POLICY, auditSettings };
  const built = buildServices({
    identities: { identify: () => Promise.resolve({ caller }), stillHolds: () => null } as never,
  });
  const audit: AuditLog = {
    ...built.audit,
    intend: async (input, durability) => {
      onIntend?.(input, world);
      return built.audit.intend(input, durability);
    },
  };
  const { network, trusted: secureContext } = world;
  const operation = createFetchOperation(
    { call: { tool: 'search', arguments: { url: FIRST } } },
    {
      network,
      decideAddresses: () => ALLOW,
      secureContext,
      audit,
      held: createResponseRoom({ maxBytes: LARGE, maxBytesPerPod: LARGE }).enter(),
      onResponse: () => undefined,
    },
  );
  const call = createCall({ uid: 'call', operation, address: '10.0.0.5', proof: { proof: null, rest: [] } });
  const result = await runCall(call, { ...built, audit });
  return { result, world, written: built.written };
}

const summary = ({ written }: Awaited<ReturnType<typeof fetchRedirected>>) =>
  written.map(([phase, { callUID, redirectOf = null, destination, outcome, decision }]) => [
    phase,
    callUID,
    redirectOf,
    destination?.host,
    destination?.address ?? null,
    outcome?.reason ?? decision.reason,
  ]);

describe('a redirect', () => {
  test('that is followed is recorded before it is dialled and when it has ended, and names the call', async () => {
    const dialled: number[] = [];
    const fetched = await fetchRedirected('https://other.example.com/next?q=2', {
      onIntend: (_record, { network }) => void dialled.push(network.dialled.length),
    });
    expect(dialled).toEqual([0, 1]);
    expect(summary(fetched)).toEqual([
      ['Intent', 'call', null, 'api.example.com', null, null],
      ['Intent', 'call.1', 'call', 'other.example.com', null, null],
      ['Outcome', 'call.1', 'call', 'other.example.com', '93.184.215.15', 'Answered'],
      ['Outcome', 'call', null, 'api.example.com', '93.184.215.14', 'Answered'],
    ]);
    const [, [, redirect]] = fetched.written as never as [unknown, [string, AuditRecordInput]];
    expect(redirect).toMatchObject({ operation: 'search', request: { method: 'GET', path: '/next' } });
    expect(redirect).not.toHaveProperty('arguments');
    expect(redirect.decision).toMatchObject({ effect: 'Allow', rule: expect.stringContaining('domains[0]') });
  });

  test('whose bytes are part of those of the call', async () => {
    const { written } = await fetchRedirected('https://other.example.com/next');
    const [redirect, call] = written.slice(2).map(([, { outcome }]) => outcome);
    expect(redirect?.bytesDown).toBeGreaterThan(500);
    expect(call?.bytesDown).toBeGreaterThan((redirect?.bytesDown ?? 0) + 500);
  });

  test('that cannot be recorded is not dialled', async () => {
    const fetched = await fetchRedirected('https://other.example.com/next', {
      onIntend: ({ redirectOf }) => {
        if (redirectOf !== undefined) throw new AuditUnavailableError('full');
      },
    });
    expect(fetched.world.network.dialled).toEqual(['93.184.215.14 443']);
    expect(fetched.world.network.names).toEqual(['api.example.com']);
    expect(fetched.result).toMatchObject({
      outcome: { succeeded: false, refusal: { reason: 'AuditUnavailable', retrySeconds: 1 } },
    });
    expect(summary(fetched).slice(1)).toEqual([
      ['Record', 'call.1', 'call', 'other.example.com', null, 'AuditUnavailable'],
      ['Outcome', 'call', null, 'api.example.com', '93.184.215.14', 'AuditUnavailable'],
    ]);
  });

  test('that is refused is recorded once, with the host that was asked for', async () => {
    const fetched = await fetchRedirected('https://evil.example.org/next');
    expect(summary(fetched).slice(1)).toEqual([
      ['Record', 'call.1', 'call', 'evil.example.org', null, 'HostNotAllowed'],
      ['Outcome', 'call', null, 'api.example.com', '93.184.215.14', 'HostNotAllowed'],
    ]);
  });

  test('that fails has an outcome that says how', async () => {
    const fetched = await fetchRedirected('https://other.example.com/broken');
    expect(summary(fetched).slice(2)).toEqual([
      ['Outcome', 'call.1', 'call', 'other.example.com', '93.184.215.15', 'ResponseBroken'],
      ['Outcome', 'call', null, 'api.example.com', '93.184.215.14', 'ResponseBroken'],
    ]);
  });

  test('of a role that records denials alone is recorded only where it is one', async () => {
    const record = 'Denied';
    expect(summary(await fetchRedirected('https://other.example.com/next', { record }))).toEqual([]);
    const denied = summary(await fetchRedirected('https://other.example.com/broken', { record }));
    expect(denied.map(([phase, uid]) => [phase, uid])).toEqual([
      ['Record', 'call.1'],
      ['Record', 'call'],
    ]);
  });
});
