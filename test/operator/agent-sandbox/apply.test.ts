import { expect, test } from 'vitest';
import type { KubeClient } from '../../../src/kube/kube-client.ts';
import { KubeError } from '../../../src/kube/kube-error.ts';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import { applyDecision } from '../../../src/operator/agent-sandbox/apply.ts';
import { decide } from '../../../src/operator/agent-sandbox/decide.ts';
import { world } from './sandbox-world.ts';

/** An API server that has a pod under the name of the sandbox. */
function serverWith(pod: KubeObject): KubeClient {
  return {
    list: () => Promise.resolve({ items: [] }),
    apply: (_resource: unknown, object: KubeObject) => Promise.resolve(object),
    create: ({ kind }: { readonly kind: string }, object: KubeObject) =>
      kind === 'Pod'
        ? Promise.reject(new KubeError('it is there', { reason: 'AlreadyExists' }))
        : Promise.resolve(object),
    get: () => Promise.resolve(pod),
  } as unknown as KubeClient;
}

const of = world();
const LABELS = { 'cloister.dev/sandbox': 'hermes' };
const owner = (uid: string) => ({
  apiVersion: 'cloister.dev/v1alpha1',
  kind: 'AgentSandbox',
  name: 'hermes',
  uid,
});

test.for<readonly [string, KubeObject['metadata'], string]>([
  [
    'the operator, which the cache has not seen yet, is taken for it',
    { labels: LABELS, ownerReferences: [owner('sandbox-uid')] },
    'Done',
  ],
  ['an earlier sandbox is not', { labels: LABELS, ownerReferences: [owner('earlier-uid')] }, 'Waiting'],
  ['somebody else is not, whatever owner it names', { ownerReferences: [owner('sandbox-uid')] }, 'Waiting'],
])('under the name of a sandbox, the pod of %s', async ([, metadata, outcome]) => {
  const nothing = { pod: undefined, serviceAccount: undefined, ingressPolicy: undefined };
  const context = {
    client: serverWith({ metadata: { name: 'hermes', namespace: 'acme-agents', ...metadata } }),
    events: { record: () => {} },
    logger: { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} },
    signal: new AbortController().signal,
  };
  const done = await applyDecision(of.sandbox, decide(of), nothing, context);
  expect(done.outcome).toBe(outcome);
});
