import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import { readLeft } from '../../../src/operator/tenant-isolation/left-objects.ts';
import { createMemoryKubeClient } from '../../build/memory-kube-client.ts';

const named = (name: string, metadata: object = {}): KubeObject => ({ metadata: { name, ...metadata } });

test('what the API server has of Cloister in a namespace is what sandboxes have, the policies, and the rest', async () => {
  const { client } = createMemoryKubeClient({
    pods: [named('agent')],
    serviceaccounts: [named('cloister-s-agent')],
    agentsandboxes: [named('held', { finalizers: ['cloister.dev/vault'] }), named('free')],
    networkpolicies: [named('cloister-ingress-agent')],
    configmaps: [named('cloister-ca')],
    rolebindings: [named('cloister-operator-secrets')],
  });
  const { sandboxObjects, sharedSecrets, policies, others } = await readLeft('acme-agents', client);
  const names = (objects: typeof others) => objects.map(({ object }) => object.metadata.name);
  expect(sandboxObjects).toEqual(['agent', 'cloister-s-agent', 'held']);
  expect(sharedSecrets).toEqual([]);
  expect(names(policies)).toEqual(['cloister-ingress-agent']);
  expect(names(others)).toEqual(['cloister-ca', 'cloister-operator-secrets']);
});
