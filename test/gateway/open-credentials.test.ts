import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { createGatewayMetrics } from '../../src/gateway/gateway-metrics.ts';
import type { IdentityListener, IdentityRefusal } from '../../src/gateway/identity/caller.ts';
import { openCredentials } from '../../src/gateway/open-credentials.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { createLog } from '../../src/lib/log.ts';
import type { TenantFeed } from '../../src/policy/feed/feed-schemas.ts';
import { buildTenantFeed } from '../build/feed.ts';
import { createManualClock } from '../build/manual-clock.ts';
import { callerOf } from '../credentials/scripted-store.ts';

const CREDENTIALS: TenantFeed['credentials'] = [
  { name: 'openai', kubernetesSecret: { name: 'openai-key', key: 'api_key' } },
  { name: 'vault', vaultKV: { mount: 'secret', path: 'acme/openai', key: 'api_key' } },
];

/** The credentials of a gateway without Vault, and what it reads of the API server. */
async function open() {
  const reads: string[] = [];
  const listeners: IdentityListener[] = [];
  const world: { refusal: IdentityRefusal | null } = { refusal: null };
  const registry = new Registry();
  const get = (_resource: object, { namespace, name }: { namespace: string; name: string }) => {
    reads.push(`${namespace}/${name}`);
    return Promise.resolve({ metadata: {}, data: { api_key: Buffer.from('sk-key').toString('base64') } });
  };
  const credentials = await openCredentials({
    configuration: { tenant: 'acme', namespace: 'cloister-t-acme', vault: null },
    client: { get } as unknown as KubeClient,
    identities: {
      tenant: () => ({ ...buildTenantFeed(), credentials: CREDENTIALS }),
      stillHolds: () => world.refusal,
      onChange: (listener) => {
        listeners.push(listener);
        return () => undefined;
      },
    },
    clock: createManualClock(0),
    log: createLog({ program: 'test', level: 'silent' }),
    metrics: createGatewayMetrics(registry).credentials,
  });
  const read = async (name = 'openai') => {
    const given = await credentials.get(callerOf(1), name, new AbortController().signal);
    return 'problem' in given ? given.problem.reason : given.values['value']?.reveal();
  };
  const change: IdentityListener = (podUIDs) => listeners.forEach((listener) => listener(podUIDs));
  return { read, reads, world, change, credentials, metrics: () => registry.metrics() };
}

const refusal = (reason: IdentityRefusal['reason'], retry: boolean): IdentityRefusal => ({
  reason,
  message: 'why',
  retry,
});

describe('the credentials of a gateway', () => {
  test('are read from the system namespace of its tenant, and kept', async () => {
    const { read, reads, change } = await open();
    expect(await read()).toBe('sk-key');
    change('All');
    expect(await read()).toBe('sk-key');
    expect(reads).toEqual(['cloister-t-acme/openai-key']);
  });

  test('are counted, by no name of theirs', async () => {
    const { read, credentials, metrics } = await open();
    await read();
    await read();
    const before = await metrics();
    expect(before).toContain('cloister_gateway_credentials_kept 1\n');
    expect(before).toContain('cloister_gateway_credential_reads_total{result="Read"} 1\n');
    expect(before).toContain('cloister_gateway_credential_read_seconds_count 1\n');
    expect(before).not.toMatch(/sk-key|openai|sandbox-1/);
    credentials.wipe('sandbox-1');
    expect(await metrics()).toContain('cloister_gateway_credentials_kept 0\n');
  });

  test('are not attached from Vault where no address of it is set', async () => {
    const { read } = await open();
    expect(await read('vault')).toBe('CredentialStoreUnavailable');
  });

  test.each([['Contained'], ['PodEnding'], ['RoleChanged']] as const)(
    'are wiped at once where the identity says %s, and given no more',
    async (reason) => {
      const { read, reads, world, change } = await open();
      await read();
      world.refusal = refusal(reason, false);
      change(new Set(['pod-1']));
      expect(await read()).toBe('CallCut');
      expect(reads).toHaveLength(2);
    },
  );

  test('stay while nothing is heard of the API server', async () => {
    const { read, reads, world, change } = await open();
    await read();
    world.refusal = refusal('NotReady', true);
    change('All');
    expect(await read()).toBe('sk-key');
    expect(reads).toHaveLength(1);
  });
});
