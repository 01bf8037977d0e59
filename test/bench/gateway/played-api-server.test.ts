import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemNamespaceOf } from '../../../src/api/names.ts';
import type { Identities } from '../../../src/gateway/identity/caller.ts';
import { createIdentities } from '../../../src/gateway/identity/create-identities.ts';
import { createPodDirectory, type PodDirectory } from '../../../src/gateway/pod-directory.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createLog } from '../../../src/lib/log.ts';
import { Secret } from '../../../src/lib/secret.ts';
import { compileCallPolicy } from '../../../src/policy/tools/compile-tools.ts';
import { ROLE_NAME } from './bench-role.ts';
import { playAPIServer } from './played-api-server.ts';
import { benchSandboxes, NAMESPACE, TENANT } from './sandboxes.ts';

let pods: PodDirectory;
let identities: Identities;

beforeEach(async () => {
  const client = playAPIServer('Buffered');
  const log = createLog({ program: 'gateway', level: 'silent' });
  const clock = systemClock;
  pods = createPodDirectory({ client, logger: log, clock });
  pods.follow([NAMESPACE]);
  const namespace = systemNamespaceOf(TENANT);
  const compile = (spec: Parameters<typeof compileCallPolicy>[0], role: string) =>
    compileCallPolicy(spec, role);
  identities = createIdentities({ client, log, clock, tenant: TENANT, namespace, pods, compile });
  identities.start();
  await expect.poll(() => identities.problem()).toBeNull();
});

afterEach(async () => {
  await Promise.all([identities.stop(), pods.stop()]);
});

test('the gateway identifies every sandbox of the bench by its secret and by its token', async () => {
  for (const { address, podUID, proxySecret, token } of benchSandboxes()) {
    const bySecret = { kind: 'Secret', secret: new Secret(proxySecret) } as const;
    const byToken = { kind: 'Token', token: new Secret(token) } as const;
    for (const proof of [bySecret, byToken]) {
      const identified = await identities.identify({ address, proof });
      expect(identified).toMatchObject({ caller: { podUID, role: ROLE_NAME, proof: proof.kind } });
    }
  }
});

test('no sandbox of the bench is identified by what another one has', async () => {
  const [one, other] = benchSandboxes();
  const address = one?.address ?? '';
  const secret = { kind: 'Secret', secret: new Secret(other?.proxySecret ?? '') } as const;
  const token = { kind: 'Token', token: new Secret(other?.token ?? '') } as const;
  expect(await identities.identify({ address, proof: secret })).toMatchObject({
    refusal: { reason: 'ProofWrong' },
  });
  expect(await identities.identify({ address, proof: token })).toMatchObject({
    refusal: { reason: 'ProofWrong' },
  });
});
