import { afterEach, describe, expect, test } from 'vitest';
import { useControlPlane } from '../use-control-plane.ts';
import { OPERATOR_AUTH_ROLE } from './bind-vault.ts';
import { useVault } from './use-vault.ts';

const controlPlane = useControlPlane();
const vault = useVault(() => controlPlane);

const status = async (): Promise<number> => (await vault.as()('GET', 'sys/health')).status;

const soon = (): Promise<string> => new Promise((resolve) => setTimeout(() => resolve('soon'), 200));

test('the operator logs in by its ServiceAccount, and is not root', async () => {
  const operator = await vault.asOperator();
  const { data } = await vault.root('GET', `auth/kubernetes/role/${OPERATOR_AUTH_ROLE}`);
  expect(data['token_policies']).toEqual(['operator-cloister']);
  expect((await operator('LIST', 'sys/policies/acl')).data['keys']).toContain('operator-cloister');
  expect((await operator('LIST', 'sys/auth')).status).toBe(403);
});

test('a token of another audience is refused', async () => {
  const token = await vault.serviceAccountToken({
    namespace: 'cloister-system',
    serviceAccount: 'cloister-operator',
    audience: 'https://kubernetes.default.svc.cluster.local',
  });
  expect(await vault.login(OPERATOR_AUTH_ROLE, token)).toMatchObject({ status: 403 });
});

test('keeps version 2 of the key-value engine at secret, and a database engine', async () => {
  await vault.root('POST', 'secret/data/one', { data: { key: 'value' } });
  expect((await vault.root('GET', 'secret/data/one')).data).toMatchObject({ data: { key: 'value' } });
  expect((await vault.root('LIST', 'database/config')).status).toBe(404);
});

describe('can be disturbed', () => {
  afterEach(async () => {
    vault.faults.delay(0);
    await vault.faults.accept();
  });

  test('sealed and unsealed', async () => {
    await vault.faults.seal();
    expect(await status()).toBe(503);
    await vault.faults.unseal();
    expect(await status()).toBe(200);
  });

  test('refusing connections, with its data kept', async () => {
    await vault.root('POST', 'secret/data/kept', { data: { key: 'value' } });
    await vault.faults.refuse();
    await expect(status()).rejects.toThrow(/ECONNREFUSED|ECONNRESET|hang up/);
    await vault.faults.accept();
    expect((await vault.root('GET', 'secret/data/kept')).status).toBe(200);
  });

  test('late, and refusing connections cuts what waits', async () => {
    vault.faults.delay(600_000);
    const asked = status().catch(() => 'cut');
    expect(await Promise.race([asked, soon()])).toBe('soon');
    await vault.faults.refuse();
    expect(await asked).toBe('cut');
  });

  test('paused', async () => {
    vault.faults.pause();
    const asked = status();
    expect(await Promise.race([asked, soon()])).toBe('soon');
    vault.faults.resume();
    expect(await asked).toBe(200);
  });
});
