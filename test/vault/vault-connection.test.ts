import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createVaultPort } from '../../src/vault/vault-port.ts';
import { startLoopbackServer } from '../kube/loopback-server.ts';
import { selfSign } from '../kube/self-sign.ts';
import { errorOf, type StubResponse, TOLD, useVaultStub } from './vault-stub.ts';

const DONE: StubResponse = { status: 204 };

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a connection', () => {
  const callAt = (address: string, authority: string | null) => {
    const port = createVaultPort({ address, authority, clock: systemClock });
    onTestFinished(port.close);
    return port.call(TOLD);
  };

  test('to a server whose certificate is signed by the authority is used', async () => {
    const { port } = await useVaultStub(() => DONE, await selfSign());
    await expect(port.call(TOLD)).resolves.toMatchObject({ status: 204 });
  });

  test.for(['VAULT_SKIP_VERIFY', 'NODE_TLS_REJECT_UNAUTHORIZED'] as const)(
    'to a server of another authority is refused, whatever %s says',
    async (name) => {
      vi.stubEnv(name, name === 'VAULT_SKIP_VERIFY' ? 'true' : '0');
      const { server, requests } = await useVaultStub(() => DONE, await selfSign());
      for (const authority of [null, (await selfSign()).cert]) {
        const error = await errorOf(callAt(server.url, authority));
        expect(error.reason).toBe('Unreachable');
        expect(error.message).toMatch(
          /its certificate is not trusted \([A-Z_]+\): set the certificate authority/,
        );
      }
      expect(requests).toEqual([]);
    },
  );

  test('to another name than the certificate has is refused', async () => {
    const tls = await selfSign();
    const { server } = await useVaultStub(() => DONE, tls);
    const error = await errorOf(callAt(server.url.replace('127.0.0.1', 'localhost'), tls.cert));
    expect(error.message).toMatch(/not trusted|ECONNREFUSED/);
  });

  test('that is refused says so', async () => {
    const server = await startLoopbackServer((response) => response.end());
    await server.close();
    const error = await errorOf(callAt(server.url, null));
    expect(error).toMatchObject({
      reason: 'Unreachable',
      messages: ['it cannot be connected to (ECONNREFUSED)'],
    });
  });
});
