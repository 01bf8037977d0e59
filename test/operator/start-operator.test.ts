import { describe, expect, test } from 'vitest';
import { KubeError } from '../../src/kube/kube-error.ts';
import { enrolmentLabels } from '../../src/render/enrolment-labels.ts';
import { namespace, tenant, useMemoryOperator } from './use-memory-operator.ts';

const SECOND = 1_000;

const { start, operator } = useMemoryOperator();

describe('enrolment', () => {
  test('is bound to the uid of the namespace that was seen, so that one made again is not enrolled by it', async () => {
    const { begin, written } = await start([tenant('acme', ['acme-agents'])], [namespace('acme-agents')]);
    await begin();
    expect(operator()?.synced()).toBe(true);
    expect(written('namespaces/acme-agents')).toEqual([
      {
        verb: 'apply',
        what: 'namespaces/acme-agents',
        body: {
          metadata: {
            name: 'acme-agents',
            uid: 'uid-acme-agents',
            labels: enrolmentLabels('acme'),
            annotations: {},
          },
        },
      },
    ]);
  });

  test('is said in the status of the tenant that was seen, and not of a later one of the name', async () => {
    const stored = tenant('acme', ['acme-agents'], ({ metadata }) =>
      Object.assign(metadata, { uid: 'uid-acme', resourceVersion: '5' }),
    );
    const { begin, memory } = await start([stored], [namespace('acme-agents')]);
    await begin();
    const said = memory.writes.filter(({ verb }) => verb === 'applyStatus');
    expect(said).toMatchObject([
      { body: { metadata: { name: 'acme', uid: 'uid-acme', resourceVersion: '5' } } },
    ]);
  });

  test('ends under the resource version that was seen, so that one enrolled in between stays so', async () => {
    const { begin, written } = await start([], [namespace('old', { labels: enrolmentLabels('acme') })]);
    await begin();
    const [release, ...more] = written('namespaces/old');
    expect(more).toEqual([]);
    expect(release).toMatchObject({
      verb: 'patch',
      body: { metadata: { labels: { 'cloister.dev/tenant': null } } },
      options: { resourceVersion: '7' },
    });
  });

  test('does not end while the API server has the tenant, whatever the cache says', async () => {
    const stored = tenant('acme', ['acme-agents']);
    const enrolled = namespace('acme-agents', { labels: enrolmentLabels('acme'), annotations: {} });
    const { begin, memory, written, clock } = await start([stored], [enrolled]);
    await begin();
    memory.emit('tenantisolations', 'DELETED', stored);
    await clock.advance(60 * SECOND);
    expect(written('namespaces/acme-agents')).toEqual([]);
  });

  test('follows the namespaces and tenants at once', async () => {
    const { begin, written, clock, memory } = await start([tenant('acme', ['late'])], []);
    await begin();
    expect(written('namespaces/late')).toEqual([]);
    memory.emit('namespaces', 'ADDED', namespace('late', { uid: 'first', resourceVersion: '8' }));
    await clock.advance(1);
    expect(written('namespaces/late')).toMatchObject([{ body: { metadata: { uid: 'first' } } }]);
    memory.emit('tenantisolations', 'ADDED', tenant('other', ['other-agents']));
    memory.emit('namespaces', 'ADDED', namespace('other-agents', { resourceVersion: '9' }));
    await clock.advance(1);
    expect(written('namespaces/other-agents')).toHaveLength(1);
  });

  test('sees what changes while it writes', async () => {
    const { begin, written, clock, memory } = await start(
      [tenant('acme', ['acme-agents', 'late'])],
      [namespace('acme-agents')],
    );
    memory.failWith = ({ what }) => {
      if (what === 'namespaces/acme-agents' && written('namespaces/acme-agents').length === 1)
        memory.emit('namespaces', 'ADDED', namespace('late', { resourceVersion: '8' }));
      return null;
    };
    await begin();
    await clock.advance(1);
    expect(written('namespaces/late')).toHaveLength(1);
  });

  test('is not synced, and writes nothing, before everything was listed', async () => {
    const { begin, clock, memory } = await start([tenant('acme', ['acme-agents'])], []);
    const listing = Promise.withResolvers<void>();
    memory.listing = listing.promise;
    await begin();
    expect([operator()?.synced(), memory.writes]).toEqual([false, []]);
    listing.resolve();
    await clock.advance(1);
    expect([operator()?.synced(), memory.writes.length]).toEqual([true, 1]);
  });

  test('is done again every ten minutes, since labels may be lost without a word', async () => {
    const { begin, written, clock } = await start(
      [tenant('acme', ['acme-agents'])],
      [namespace('acme-agents')],
    );
    await begin();
    await clock.advance(599 * SECOND);
    expect(written('namespaces/acme-agents')).toHaveLength(1);
    await clock.advance(2 * SECOND);
    expect(written('namespaces/acme-agents')).toHaveLength(2);
  });

  const exemption = {
    namespace: 'acme-agents',
    serviceAccount: 'legacy',
    images: [`sha256:${'a'.repeat(64)}`],
    checks: ['dns'],
    reason: 'moves in spring',
    expirationTime: '2026-11-23T12:00:30Z',
  };
  const exempt = tenant('acme', ['acme-agents'], ({ spec }) => {
    spec.exemptions = [{ ...exemption, expirationTime: '2026-11-23T11:00:00Z' }, exemption] as never;
  });
  const annotated = namespace('acme-agents', {
    labels: enrolmentLabels('acme'),
    annotations: { 'cloister.dev/exemptions': `legacy dns ${exemption.images[0]}` },
  });

  test('takes off an exemption that ends while its tenant is reconciled', async () => {
    const { begin, memory, written, clock } = await start([exempt], [annotated]);
    const writing = Promise.withResolvers<null>();
    await clock.advance(29 * SECOND);
    memory.failWith = ({ verb }) => (verb === 'applyStatus' ? writing.promise : null);
    await begin();
    await clock.advance(2 * SECOND);
    expect(written('namespaces/acme-agents')).toEqual([]);
    writing.resolve(null);
    await clock.advance(2 * SECOND);
    expect(written('namespaces/acme-agents')).toMatchObject([{ body: { metadata: { annotations: {} } } }]);
  });

  test('takes an exemption off the namespace when it ends', async () => {
    const { begin, written, clock } = await start([exempt], [annotated]);
    await begin();
    await clock.advance(29 * SECOND);
    expect(written('namespaces/acme-agents')).toEqual([]);
    await clock.advance(SECOND);
    expect(written('namespaces/acme-agents')).toMatchObject([{ body: { metadata: { annotations: {} } } }]);
  });
});

describe('a write that fails', () => {
  const two = [tenant('acme', ['acme-a', 'acme-b'])];
  const namespaces = [namespace('acme-a'), namespace('acme-b')];
  const forbidden = new KubeError('no right to apply', { reason: 'Forbidden' });

  test('does not keep the others from being tried, is logged, and is tried again with a growing pause', async () => {
    const { begin, memory, written, clock, error } = await start(two, namespaces);
    memory.failWith = ({ what }) => (what === 'namespaces/acme-a' ? forbidden : null);
    await begin();
    expect(written('namespaces/acme-b')).toHaveLength(1);
    expect(written('tenantisolations/acme')).toHaveLength(1);
    expect(error.mock.calls).toMatchObject([
      [{ err: { errors: [forbidden] } }, 'reconciliation failed; trying again'],
    ]);
    const triesAfter = async (milliseconds: number): Promise<number> => {
      await clock.advance(milliseconds);
      return written('namespaces/acme-a').length;
    };
    expect([await triesAfter(499), await triesAfter(1)]).toEqual([1, 2]);
    expect([await triesAfter(999), await triesAfter(1)]).toEqual([2, 3]);
    expect([await triesAfter(1_999), await triesAfter(1)]).toEqual([3, 4]);
    // 4, 8, 16 and then 30 s each.
    await clock.advance(28_000);
    expect([await triesAfter(29_999), await triesAfter(1)]).toEqual([7, 8]);
    expect([await triesAfter(29_999), await triesAfter(1)]).toEqual([8, 9]);
  });

  test('begins with the shortest pause again when one went well in between', async () => {
    const { begin, memory, written, clock } = await start(two, namespaces);
    memory.failWith = () => forbidden;
    await begin();
    await clock.advance(500);
    memory.failWith = () => null;
    await clock.advance(1_000);
    memory.failWith = () => forbidden;
    await clock.advance(598.5 * SECOND);
    const before = written('namespaces/acme-a').length;
    await clock.advance(500);
    expect(written('namespaces/acme-a')).toHaveLength(before + 1);
  });

  test.for(['Conflict', 'NotFound'] as const)(
    'with %s is no failure: the world has changed, and is seen again',
    async (reason) => {
      const { begin, memory, written, clock, error } = await start(two, namespaces);
      memory.failWith = () => new KubeError('changed', { reason });
      await begin();
      await clock.advance(60 * SECOND);
      expect(written('namespaces/acme-a')).toHaveLength(1);
      expect(error).not.toHaveBeenCalled();
    },
  );

  test('of the status is a failure too', async () => {
    const { begin, memory, error } = await start(two, namespaces);
    memory.failWith = ({ verb }) => (verb === 'applyStatus' ? forbidden : null);
    await begin();
    expect(error).toHaveBeenCalledTimes(1);
  });
});

test('enrolment that is stopped writes nothing more', async () => {
  const { begin, memory, clock } = await start([tenant('acme', ['acme-agents'])], [namespace('acme-agents')]);
  await begin();
  await operator()?.stop();
  const before = memory.writes.length;
  await clock.advance(1_200 * SECOND);
  expect(memory.writes).toHaveLength(before);
});

test('what is asked of Vault ends with the term, as what is written does', async () => {
  const { begin, leaderships } = await start([], []);
  await begin();
  expect(leaderships.map(({ assertHeld }) => assertHeld())).toHaveLength(1);
  await operator()?.stop();
  for (const { assertHeld, cutoff } of leaderships) {
    expect(assertHeld).toThrow('this process no longer leads');
    expect(cutoff.aborted).toBe(true);
  }
});
