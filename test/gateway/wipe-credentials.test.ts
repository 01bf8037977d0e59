import { describe, expect, test } from 'vitest';
import { callerOf } from '../credentials/scripted-store.ts';
import type { Caller } from '../../src/gateway/identity/caller.ts';
import { createCall } from '../../src/gateway/pipeline/call.ts';
import { createCredentialsOperation } from '../../src/gateway/tool-api/credentials-operation.ts';
import { readRecorded } from './recorded.ts';
import { askTools, type ToolRequest } from './tool-client.ts';
import { useProxy } from './use-proxy.ts';

const gateway = useProxy(() => undefined);
const NOTHING = Buffer.alloc(0);

const ask = (request: Partial<ToolRequest> = {}, secret: string | null = gateway.access.secret) =>
  askTools(
    { ...gateway.access, secret, port: gateway.ports.api, authorities: gateway.authority.certificate },
    { path: '/v1/credentials', method: 'DELETE', body: NOTHING, ...request },
  );

describe('DELETE /v1/credentials', () => {
  test('says how many were kept, and is recorded before and after', async () => {
    const { status, body } = await ask();
    expect({ status, wiped: body['wiped'], decision: body['decision'] }).toEqual({
      status: 200,
      wiped: 0,
      decision: 'Allow',
    });
    const sandbox = `agent-${gateway.access.from.split('.').at(-1)}`;
    const records = () => readRecorded(gateway.records()).filter((record) => record.sandbox === sandbox);
    await expect.poll(() => records().length).toBe(2);
  });

  test('is for who has proved which pod it is', async () => {
    expect((await ask({}, null)).status).toBe(401);
    expect((await ask({}, 'another-secret')).status).toBe(403);
  });

  test.each<[string, Partial<ToolRequest>, number]>([
    ['sent with POST', { method: 'POST' }, 405],
    ['read', { method: 'GET' }, 405],
    ['sent with a body', { body: { name: 'openai' } }, 400],
  ])('is refused where it is %s', async (_title, request, expected) => {
    const { status, headers } = await ask(request);
    expect(status).toBe(expected);
    if (status === 405) expect(headers['allow']).toBe('DELETE');
  });

  test('wipes the sandbox that asks and no other', async () => {
    const wiped: string[] = [];
    const counts: number[] = [];
    const operation = createCredentialsOperation(null, {
      credentials: { wipe: (uid) => wiped.push(uid) + 2 },
      onWiped: (count) => void counts.push(count),
    });
    const call = createCall({ uid: 'call', operation, address: '', proof: { proof: null, rest: [] } });
    call.caller = callerOf(1) as Caller;
    await operation.dispatch?.(call);
    expect({ wiped, counts }).toEqual({ wiped: ['sandbox-1'], counts: [3] });
    const shared = callerOf(1, { proof: 'Shared' }) as Caller;
    expect(operation.authorize(shared).decision).toMatchObject({ reason: 'CredentialsWithheld' });
  });
});
