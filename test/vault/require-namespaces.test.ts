import { describe, expect, test } from 'vitest';
import { requireNamespaces } from '../../src/vault/require-namespaces.ts';
import type { VaultPort } from '../../src/vault/vault-port.ts';
import { createScriptedSession, type Scripted } from './scripted-session.ts';

const LIST = 'LIST sys/namespaces';
const WRITE = { method: 'POST', path: 'sys/policies/acl/a', namespace: 'acme' } as const;

function open(health: Scripted, namespaces: Scripted, ownNamespace: string | null = null) {
  const session = createScriptedSession({ POST: { status: 204 }, [LIST]: namespaces });
  const anonymous = createScriptedSession({ GET: health });
  const healthOf = async (request: Parameters<VaultPort['call']>[0]) => {
    const { body } = await anonymous.call(request);
    return { status: 200 as const, body: body?.['data'] as Record<string, unknown> };
  };
  const port = { call: healthOf, close: () => Promise.resolve() };
  return { session, anonymous, guarded: requireNamespaces(session, port, ownNamespace) };
}

const ENTERPRISE: Scripted = { data: { enterprise: true } };
const OPEN_SOURCE: Scripted = { data: { enterprise: false } };
const UNSUPPORTED: Scripted = { reason: 'Missing', messages: ['unsupported path'] };

describe('a request for a namespace', () => {
  test('reaches Vault Enterprise, which is asked once', async () => {
    const { session, anonymous, guarded } = open(ENTERPRISE, UNSUPPORTED);
    await guarded.call(WRITE);
    await guarded.call(WRITE);
    expect(anonymous.asked()).toEqual(['GET sys/health']);
    expect(session.asked()).toEqual(['POST sys/policies/acl/a', 'POST sys/policies/acl/a']);
  });

  test.for([
    ['lists namespaces', { data: { keys: ['acme/'] } }],
    ['has a list that is empty', { reason: 'Missing' }],
  ] as const)('reaches another Vault that %s', async ([, namespaces]) => {
    const { session, guarded } = open(OPEN_SOURCE, namespaces);
    await guarded.call(WRITE);
    expect(session.asked()).toEqual([LIST, 'POST sys/policies/acl/a']);
    expect(session.requests[0]?.namespace).toBe(null);
  });

  test.for([
    ['serves no such path', UNSUPPORTED],
    ['does not let it be asked', { reason: 'Denied' }],
    ['responds with something else', { status: 204 }],
  ] as const)('never reaches a Vault that %s', async ([, namespaces]) => {
    const { session, guarded } = open(OPEN_SOURCE, namespaces);
    for (let round = 0; round < 2; round += 1) {
      await expect(guarded.call(WRITE)).rejects.toMatchObject({
        reason: 'Invalid',
        message:
          'POST sys/policies/acl/a in Vault: namespace acme is set, but this Vault has no namespaces and would use its root instead: leave the namespace out, or use Vault Enterprise',
      });
    }
    expect(session.asked()).toEqual([LIST, LIST]);
  });

  test('is not sent either where the session itself logs in in one', async () => {
    const { session, guarded } = open(OPEN_SOURCE, UNSUPPORTED, 'admin');
    await expect(guarded.call({ ...WRITE, namespace: null })).rejects.toThrow('namespace admin is set');
    expect(session.asked()).toEqual([LIST]);
  });

  test('fails where Vault cannot be asked, and is not taken for one of a Vault without', async () => {
    const { guarded } = open({ reason: 'Unreachable' }, UNSUPPORTED);
    await expect(guarded.call(WRITE)).rejects.toMatchObject({ reason: 'Unreachable' });
  });
});

test('a request for the root asks nothing more', async () => {
  const { session, anonymous, guarded } = open(OPEN_SOURCE, UNSUPPORTED);
  await guarded.call({ ...WRITE, namespace: null });
  expect([...anonymous.asked(), ...session.asked()]).toEqual(['POST sys/policies/acl/a']);
});
