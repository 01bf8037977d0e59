import { describe, expect, test, vi } from 'vitest';
import { boundNote, type EventFacts } from '../../src/controller/event-object.ts';
import { createEventRecorder } from '../../src/controller/events.ts';
import { KubeError } from '../../src/kube/kube-error.ts';
import { createManualClock } from '../build/manual-clock.ts';
import { createMemoryKubeClient } from '../build/memory-kube-client.ts';

const START = Date.parse('2026-11-23T12:00:00Z');
const MINUTE = 60_000;

const sandbox = {
  apiVersion: 'cloister.dev/v1alpha1',
  kind: 'AgentSandbox',
  metadata: { name: 'coder', namespace: 'acme-agents', uid: 'uid-1' },
};
const facts: EventFacts = {
  regarding: sandbox,
  type: 'Warning',
  reason: 'PodRejected',
  action: 'CreatePod',
  note: 'the role "coder" does not exist',
};

function start() {
  const clock = createManualClock(START);
  const memory = createMemoryKubeClient();
  const warn = vi.fn<(fields: object, message: string) => void>();
  const logger = { debug: () => {}, info: () => {}, warn, error: () => {} };
  const { client } = memory;
  const recorder = createEventRecorder({
    client,
    instance: 'cloister-operator-0',
    clock,
    logger,
    random: () => 0.5,
  });
  const record = async (changes: Partial<EventFacts> = {}): Promise<void> => {
    recorder.record({ ...facts, ...changes });
    await recorder.flushed();
  };
  return { clock, memory, warn, recorder, record };
}

describe('events', () => {
  test('have the names that events.k8s.io demands', async () => {
    const { memory, record } = start();
    await record();
    expect(memory.writes).toEqual([
      {
        verb: 'create',
        what: expect.stringMatching(/^events\/coder\.[0-9a-f]+$/),
        body: {
          metadata: { name: expect.stringMatching(/^coder\./), namespace: 'acme-agents' },
          eventTime: '2026-11-23T12:00:00.000000Z',
          reportingController: 'cloister.dev/operator',
          reportingInstance: 'cloister-operator-0',
          action: 'CreatePod',
          reason: 'PodRejected',
          regarding: {
            apiVersion: 'cloister.dev/v1alpha1',
            kind: 'AgentSandbox',
            namespace: 'acme-agents',
            name: 'coder',
            uid: 'uid-1',
          },
          note: 'the role "coder" does not exist',
          type: 'Warning',
        },
      },
    ]);
  });

  test('about an object at cluster scope are kept in the namespace "default"', async () => {
    const { memory, record } = start();
    await record({ regarding: { kind: 'AgentRole', metadata: { name: 'coder', uid: 'uid-2' } } });
    expect(memory.writes[0]?.body).toMatchObject({
      metadata: { namespace: 'default' },
      regarding: { name: 'coder' },
    });
  });

  test('that come again become a series, which is written at once and then once a minute', async () => {
    const { clock, memory, record } = start();
    await record();
    await record();
    for (let second = 0; second < 59; second += 1) {
      await clock.advance(1_000);
      await record();
    }
    expect(memory.writes.map(({ verb }) => verb)).toEqual(['create', 'patch']);
    await clock.advance(1_000);
    await record();
    expect(memory.writes.map(({ verb }) => verb)).toEqual(['create', 'patch', 'patch']);
    expect(memory.writes.at(-1)).toMatchObject({
      body: { series: { count: 62, lastObservedTime: '2026-11-23T12:01:00.000000Z' } },
      options: { resourceVersion: expect.any(String) },
    });
  });

  test('that come again after six minutes are new', async () => {
    const { clock, memory, record } = start();
    await record();
    await clock.advance(6 * MINUTE);
    await record();
    expect(memory.writes.map(({ verb }) => verb)).toEqual(['create', 'create']);
  });

  test.each([
    ['another note', { note: 'the role "coder" is not for this tenant' }],
    ['another reason', { reason: 'RoleMissing' }],
    ['another type', { type: 'Normal' }],
    [
      'another object of the same name',
      { regarding: { ...sandbox, metadata: { ...sandbox.metadata, uid: 'uid-9' } } },
    ],
  ] as const)('with %s are no series', async (_what, changes) => {
    const { memory, record } = start();
    await record();
    await record(changes);
    expect(memory.writes.map(({ verb }) => verb)).toEqual(['create', 'create']);
  });

  test('about one object end after a burst, and those about another go on', async () => {
    const { clock, memory, record } = start();
    for (let number = 0; number < 60; number += 1) await record({ note: `try ${number}` });
    expect(memory.writes).toHaveLength(25);
    await record({
      regarding: { ...sandbox, metadata: { ...sandbox.metadata, name: 'other', uid: 'uid-3' } },
    });
    expect(memory.writes).toHaveLength(26);
    await clock.advance(5 * MINUTE);
    for (let number = 100; number < 110; number += 1) await record({ note: `try ${number}` });
    expect(memory.writes).toHaveLength(27);
  });

  test('that cannot be written are logged, and the next are written', async () => {
    const { memory, warn, record } = start();
    memory.failWith = () => new KubeError('forbidden', { reason: 'Forbidden', status: 403 });
    await record();
    expect(warn).toHaveBeenCalledWith(expect.anything(), 'event could not be written');
    memory.failWith = () => null;
    await record({ note: 'another' });
    expect(memory.writes).toHaveLength(2);
  });

  test('wait in a bounded line', async () => {
    const { memory, warn, recorder } = start();
    const held = Promise.withResolvers<null>();
    memory.failWith = () => held.promise;
    for (let number = 0; number < 300; number += 1) {
      const metadata = { ...sandbox.metadata, uid: `uid-${number}` };
      recorder.record({ ...facts, regarding: { ...sandbox, metadata } });
    }
    held.resolve(null);
    await recorder.flushed();
    expect(memory.writes).toHaveLength(256);
    expect(warn).toHaveBeenCalledWith({ waiting: 256 }, 'event dropped: too many wait to be written');
  });
});

describe('a note', () => {
  test.each([
    ['stays as it is', 'short', 'short'],
    ['is put on one line', 'a\nforged: line\u202e', 'a\\nforged: line\\u202e'],
    ['of 1,024 bytes is not cut', 'x'.repeat(1_024), 'x'.repeat(1_024)],
    ['that is longer is cut', 'x'.repeat(1_025), `${'x'.repeat(1_021)}…`],
    ['is not cut inside a character', 'é'.repeat(600), `${'é'.repeat(510)}…`],
  ])('%s', (_sentence, note, bound) => {
    expect(boundNote(note)).toBe(bound);
    expect(Buffer.byteLength(boundNote(note))).toBeLessThanOrEqual(1_024);
  });
});
