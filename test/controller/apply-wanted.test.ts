import { expect, test } from 'vitest';
import { applyWanted } from '../../src/controller/apply-wanted.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import { resources } from '../../src/kube/resources.ts';

const OURS = { 'app.kubernetes.io/managed-by': 'cloister' };
const wanted = {
  resource: resources.configMaps,
  object: { metadata: { name: 'cloister-ca', namespace: 'acme', labels: OURS }, data: { 'ca.crt': 'new' } },
};
const live = (metadata: KubeObject['metadata'], value = 'new'): KubeObject & { data: object } => ({
  metadata: { name: 'cloister-ca', namespace: 'acme', ...metadata },
  data: { 'ca.crt': value },
});

/** Applies where the API server has `stored`; returns the outcome and what was asked of it. */
async function run(known: KubeObject | undefined, stored: KubeObject | undefined) {
  const asked: string[] = [];
  const client = {
    list: (_resource: object, selection: { fieldSelector?: string }) => {
      asked.push(`list ${selection.fieldSelector}`);
      return Promise.resolve({ items: stored === undefined ? [] : [stored], resourceVersion: '1' });
    },
    apply: (_resource: object, object: KubeObject) => {
      asked.push(`apply ${object.metadata.name}`);
      return Promise.resolve(object);
    },
  } as unknown as KubeClient;
  return { outcome: await applyWanted(wanted, known, { client }), asked };
}

const LIST = 'list metadata.name=cloister-ca';
const APPLY = 'apply cloister-ca';
const same = live({ labels: OURS });

test.for([
  ['that the cache has as it must be is not written', same, undefined, 'Unchanged', []],
  ['that the cache has otherwise is applied', live({ labels: OURS }, 'old'), undefined, 'Written', [APPLY]],
  ['that is nowhere is applied', undefined, undefined, 'Written', [LIST, APPLY]],
  ['that the cache does not have yet is not written again', undefined, same, 'Unchanged', [LIST]],
  ['of somebody else is left alone', undefined, live({}), 'Foreign', [LIST]],
  [
    'that is being deleted is left alone until it is gone',
    live({ labels: OURS, deletionTimestamp: '2026-01-01T00:00:00Z' }, 'old'),
    undefined,
    'Terminating',
    [],
  ],
] as const)('an object %s', async ([, known, stored, outcome, asked]) => {
  expect(await run(known, stored)).toEqual({ outcome, asked });
});
