import { describe, expect, test } from 'vitest';
import type { Caller, Proof } from '../../../src/gateway/identity/caller.ts';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import { resources } from '../../../src/kube/resources.ts';
import { Secret } from '../../../src/lib/secret.ts';
import { forgeToken } from '../../e2e/forge-token.ts';
import { writeStatus } from '../pod-writer.ts';
import { ROLE, secret } from './identity-world.ts';
import { type StartedPod, useIdentities } from './use-identities.ts';

const POLL = { timeout: 15_000, interval: 20 } as const;
const gateway = useIdentities();
const { from, reasonFrom, startPod, mint, tell } = gateway;

const tokenProof = (token: string): Proof => ({ kind: 'Token', token: new Secret(token) });

describe('the API server vouches for', () => {
  test('a token that is bound to the pod at the source address', async () => {
    const pod = await startPod('bound');
    await expect.poll(() => reasonFrom(pod.address, pod.secret), POLL).toBeNull();
    expect(await from(pod.address, tokenProof(await mint(pod)))).toMatchObject({
      caller: { proof: 'Token', podUID: pod.uid, sandbox: 'bound', role: 'minimal' },
    });
  });

  test('no token of another pod, audience or kind, and none that has expired or was changed', async () => {
    const [own, other] = [await startPod('own'), await startPod('other')];
    await expect.poll(() => reasonFrom(own.address, own.secret), POLL).toBeNull();
    await expect.poll(() => reasonFrom(other.address, other.secret), POLL).toBeNull();
    const token = await mint(own);
    const now = Math.floor(Date.now() / 1000);
    const shown: readonly (readonly [string, string])[] = [
      [own.address, await mint(other)],
      [other.address, token],
      [own.address, await mint(own, { audience: 'vault' })],
      [own.address, await mint(null)],
      [
        own.address,
        await forgeToken(gateway.controlPlane, token, {
          iat: now - 7_200,
          nbf: now - 7_200,
          exp: now - 3_600,
        }),
      ],
      [own.address, `${token.slice(0, -8)}AAAAAAAA`],
    ];
    for (const [address, each] of shown)
      expect(await reasonFrom(address, tokenProof(each))).toBe('ProofWrong');
    expect(await reasonFrom(own.address, tokenProof(token))).toBeNull();
  });

  test('no token of another ServiceAccount than that of the pod', async () => {
    await gateway.client.create(resources.serviceAccounts, {
      metadata: { namespace: gateway.agents, name: 'second' },
    });
    const pod = await startPod('accounts');
    await expect.poll(() => reasonFrom(pod.address, pod.secret), POLL).toBeNull();
    // The API server itself binds a token only to a pod that uses the ServiceAccount.
    await expect(mint(pod, { account: 'second' })).rejects.toThrow('different serviceaccount name');
  });
});

describe('refused is', () => {
  test('a secret copied from another pod, and the secret of the role', async () => {
    const [own, other] = [await startPod('copied-from'), await startPod('copied-to')];
    await expect.poll(() => reasonFrom(other.address, other.secret), POLL).toBeNull();
    expect(await reasonFrom(other.address, own.secret)).toBe('ProofWrong');
    expect(await reasonFrom(other.address, secret('shared'))).toBe('ProofWrong');
    expect(await reasonFrom(other.address, null)).toBe('NoProof');
  });

  test('an address that goes to a second pod, until the first has ended', async () => {
    const first = await startPod('first');
    await expect.poll(() => reasonFrom(first.address, first.secret), POLL).toBeNull();
    const second = await startPod('second');
    await writeStatus(
      gateway.client,
      { namespace: gateway.agents, name: 'second' },
      { podIPs: [{ ip: first.address }] },
    );
    await expect.poll(() => reasonFrom(first.address, first.secret), POLL).toBe('SourceNotAPod');
    await writeStatus(gateway.client, { namespace: gateway.agents, name: 'first' }, { phase: 'Succeeded' });
    await expect.poll(() => reasonFrom(first.address, second.secret), POLL).toBeNull();
    expect(await reasonFrom(first.address, first.secret)).toBe('ProofWrong');
  });

  test('a pod that is being deleted, with its secret and with a token that the API server still takes', async () => {
    const pod = await startPod('ending');
    const token = tokenProof(await mint(pod));
    await expect.poll(() => reasonFrom(pod.address, token), POLL).toBeNull();
    await gateway.client.delete(resources.pods, { namespace: gateway.agents, name: 'ending' });
    await expect.poll(() => reasonFrom(pod.address, pod.secret), POLL).toBe('PodEnding');
    expect(await reasonFrom(pod.address, token)).toBe('PodEnding');
  });

  test('a pod on the network of its node, and one of another tenant', async () => {
    const pod = await startPod('on-host', { hostNetwork: true });
    const outside = await gateway.controlPlane.createNamespace('outside');
    await gateway.client.create(resources.pods, {
      metadata: { namespace: outside, name: 'stranger', labels: { 'cloister.dev/role': 'minimal' } },
      spec: { nodeName: 'node-1', containers: [{ name: 'agent', image: 'packages.example.com/agent' }] },
    } as KubeObject);
    const name = { namespace: outside, name: 'stranger' };
    await writeStatus(gateway.client, name, { phase: 'Running', podIPs: [{ ip: '10.9.0.9' }] });
    const after = await startPod('after-both');
    await expect.poll(() => reasonFrom(after.address, after.secret), POLL).toBeNull();
    expect(await reasonFrom(pod.address, pod.secret)).toBe('SourceNotAPod');
    expect(await reasonFrom('10.9.0.9', secret('shared'))).toBe('SourceNotAPod');
  });
});

describe('listeners hear at once of', () => {
  const identified = async (pod: StartedPod): Promise<Caller> => {
    await expect.poll(() => reasonFrom(pod.address, pod.secret), POLL).toBeNull();
    const found = await from(pod.address, pod.secret);
    if ('refusal' in found) throw new Error(found.refusal.message);
    return found.caller;
  };
  const heardOf = (uid: string): Promise<void> =>
    new Promise((resolve) => {
      const leave = gateway.identities.onChange((podUIDs) => {
        if (podUIDs !== 'All' && !podUIDs.has(uid)) return;
        leave();
        resolve();
      });
    });

  test('containment, even of a pod whose token is remembered as good', async () => {
    const pod = await startPod('contained');
    const caller = await identified(pod);
    const token = tokenProof(await mint(pod));
    expect(await reasonFrom(pod.address, token)).toBeNull();
    const heard = heardOf(pod.uid);
    await tell(null, null, { ...pod.feed, contained: true });
    await heard;
    expect(gateway.identities.stillHolds(caller)).toMatchObject({ reason: 'Contained' });
    expect(await reasonFrom(pod.address, token)).toBe('Contained');
  });

  test('the end of a role', async () => {
    const pod = await startPod('of-role');
    const caller = await identified(pod);
    const heard = heardOf(pod.uid);
    const { format, tenant, role, sharedSecrets } = ROLE;
    await tell(null, { format, tenant, role, sharedSecrets, state: 'Withdrawn' }, null);
    await heard;
    expect(gateway.identities.stillHolds(caller)).toMatchObject({ reason: 'RoleWithdrawn' });
    expect(await reasonFrom(pod.address, pod.secret)).toBe('RoleWithdrawn');
  });
});
