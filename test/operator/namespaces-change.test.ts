import { describe, expect, test, vi } from 'vitest';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import { enrolmentLabels } from '../../src/render/enrolment-labels.ts';
import { namespace, tenant, useMemoryOperator } from './use-memory-operator.ts';

const SECOND = 1_000;

const { start } = useMemoryOperator();

test('an enrolment is told in an event also where the cache sees the label before the write has ended', async () => {
  const { begin, told, clock, memory } = await start(
    [tenant('acme', ['acme-agents'])],
    [namespace('acme-agents')],
  );
  memory.failWith = async ({ what }) => {
    if (what !== 'namespaces/acme-agents') return null;
    const labelled = { labels: enrolmentLabels('acme'), resourceVersion: '8' };
    memory.emit('namespaces', 'MODIFIED', namespace('acme-agents', labelled));
    await new Promise((resolve) => setTimeout(resolve, 50));
    return null;
  };
  await begin();
  await vi.waitFor(async () => {
    await clock.advance(1);
    expect(told()).toContain('Enrolled');
  });
  expect(told().filter((reason) => reason === 'Enrolled')).toHaveLength(2);
});

describe('a namespace that is let go', () => {
  const old = namespace('old', { labels: enrolmentLabels('acme') });
  const managed = { 'app.kubernetes.io/managed-by': 'cloister' };
  const finalizers = ['cloister.dev/vault'];
  const sandbox = (metadata: object, vaultRole?: string): KubeObject =>
    ({
      metadata: { name: 'hermes', namespace: 'old', uid: 'uid-hermes', resourceVersion: '3', ...metadata },
      spec: { image: 'x' },
      ...(vaultRole === undefined ? {} : { status: { vaultRole } }),
    }) as KubeObject;

  test('keeps the label while the API server has something that the caches do not show', async () => {
    const made = { metadata: { name: 'late', namespace: 'old', uid: 'uid-late', labels: managed } };
    const { begin, written, clock } = await start([], [old], { networkpolicies: [made] });
    await begin();
    expect(written('networkpolicies/late')).toMatchObject([{ verb: 'delete', options: { uid: 'uid-late' } }]);
    await clock.advance(SECOND);
    expect(written('networkpolicies/late')).toHaveLength(2);
    expect(written('namespaces/old')).toEqual([]);
  });

  test('goes to another tenant when nothing of the sandboxes of the first is left', async () => {
    const held = sandbox({ finalizers });
    const { begin, written, memory, clock } = await start([tenant('other', ['old'])], [old], {
      agentsandboxes: [held],
    });
    await begin();
    await clock.advance(10 * SECOND);
    expect(written('namespaces/old')).toEqual([]);
    memory.emit('agentsandboxes', 'MODIFIED', sandbox({ finalizers: [], resourceVersion: '4' }));
    await clock.advance(2 * SECOND);
    expect(written('namespaces/old')).toMatchObject([
      { verb: 'apply', body: { metadata: { labels: { 'cloister.dev/tenant': 'other' } } } },
    ]);
  });

  test.for<readonly [string, readonly KubeObject[], number]>([
    ['is kept while a sandbox has an identity of the tenant', [sandbox({}, 'cloister.acme.old.hermes')], 0],
    ['goes when all have another', [sandbox({}, 'cloister.other.old.hermes')], 1],
  ])('the system namespace of its tenant %s', async ([, agentsandboxes, deletions]) => {
    const system = namespace('cloister-t-acme', { labels: { 'cloister.dev/system': 'acme' } });
    const { begin, written } = await start([], [system], { agentsandboxes });
    await begin();
    expect(written('namespaces/cloister-t-acme')).toHaveLength(deletions);
  });
});
