import { describe, expect, test } from 'vitest';
import { LEASE_TIMES } from '../../src/controller/decide-lease.ts';
import { NotLeaderError } from '../../src/controller/fenced-client.ts';
import { createTerm } from '../../src/controller/term.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { Secret } from '../../src/lib/secret.ts';
import { createVaultIdentities } from '../../src/vault/create-vault-identities.ts';
import { fencedSession } from '../../src/vault/fenced-session.ts';
import { createVaultSession, type VaultSession } from '../../src/vault/vault-session.ts';
import { createManualClock } from '../build/manual-clock.ts';
import { type StubRequest, type StubResponse, useVaultStub } from './vault-stub.ts';

const OWNER = { tenant: 'acme', namespace: 'acme-agents', sandbox: 'one' };
const PLACE = { authMount: 'kubernetes', namespace: null };
const WANTED = { owner: OWNER, place: PLACE, policy: 'path "a" {}' };
const LOGIN = { auth: { client_token: 'hvs.operator', lease_duration: 900 } };

type Answer = (request: StubRequest) => StubResponse | Promise<StubResponse> | undefined;

/** A term of leadership, and identities that it fences, in a Vault where nothing is but what `special` responds. */
async function lead(special: Answer = () => undefined) {
  const manual = createManualClock(0);
  let jumped = 0;
  const clock = { ...manual, now: () => manual.now() + jumped };
  const term = createTerm({ clock, times: LEASE_TIMES, renewedAt: 0 });
  const answer = async (request: StubRequest): Promise<StubResponse> => {
    const response = await special(request);
    if (response !== undefined) return response;
    if (request.path.endsWith('/login')) return { status: 200, body: LOGIN };
    return request.method === 'GET' ? { status: 404, body: { errors: [] } } : { status: 204 };
  };
  const { port, requests } = await useVaultStub(answer);
  const settings = { authMount: 'kubernetes', role: 'operator', namespace: null };
  const readToken = (): Promise<Secret> => Promise.resolve(new Secret('token'));
  const session: VaultSession = createVaultSession({ port, settings, readToken, clock: systemClock });
  const identities = createVaultIdentities(fencedSession(session, term));
  const written = (): readonly string[] =>
    requests
      .filter(({ method, path }) => method !== 'GET' && !path.endsWith('/login'))
      .map(({ path }) => path);
  /** As after SIGSTOP: time has passed, and no timer has run yet. */
  const jump = (milliseconds: number): void => void (jumped += milliseconds);
  return { clock, jump, term, identities, written };
}

describe('an operator', () => {
  test('asks Vault while it leads', async () => {
    const { identities, written } = await lead();
    expect(await identities.provide(WANTED)).toEqual(['Policy', 'AuthRole']);
    expect(written()).toHaveLength(2);
  });

  test('that no longer leads asks it for nothing', async () => {
    const { identities, term, written } = await lead();
    term.end('another process holds the lease');
    await expect(identities.provide(WANTED)).rejects.toThrow(NotLeaderError);
    await expect(identities.removePolicy(OWNER, PLACE)).rejects.toThrow('another process holds the lease');
    expect(written()).toEqual([]);
  });

  test('that closes its term asks for nothing new', async () => {
    const { identities, term, written } = await lead();
    await term.close(1);
    await expect(identities.removeLogin(OWNER, PLACE)).rejects.toThrow('it is shutting down');
    expect(written()).toEqual([]);
  });

  test('that was stopped between two requests of one identity does not send the second', async () => {
    const { jump, identities, written } = await lead(({ path }) => {
      if (path.includes('/policies/')) jump(LEASE_TIMES.leaseMilliseconds);
      return undefined;
    });
    await expect(identities.provide(WANTED)).rejects.toThrow('the lease could not be renewed in time');
    expect(written()).toEqual([]);
  });

  test('cuts a request off when its lease ends, and waits for the margin before another leads', async () => {
    const asked = Promise.withResolvers<void>();
    const { clock, identities, term } = await lead(({ method }) => {
      if (method !== 'DELETE') return undefined;
      asked.resolve();
      return new Promise(() => {});
    });
    const removed = identities.removePolicy(OWNER, PLACE);
    removed.catch(() => undefined);
    await asked.promise;
    term.end('another process holds the lease');
    await expect(removed).rejects.toThrow('another process holds the lease');
    let isClosed = false;
    const closed = term.close(0).then(() => (isClosed = true));
    await clock.advance(LEASE_TIMES.marginMilliseconds - 1);
    expect(isClosed).toBe(false);
    await clock.advance(1);
    await closed;
  });

  test('need not wait for a request that Vault has refused', async () => {
    const { identities, term } = await lead(({ method }) =>
      method === 'DELETE' ? { status: 403, body: { errors: ['permission denied'] } } : undefined,
    );
    await expect(identities.removePolicy(OWNER, PLACE)).rejects.toThrow('permission denied');
    await term.close(0);
  });
});
