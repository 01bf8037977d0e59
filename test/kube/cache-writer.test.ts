import { expect, test, vi } from 'vitest';
import { type CacheWriter, type CacheWriterContext, createCacheWriter } from '../../src/kube/cache-writer.ts';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import { createObjectStore, type ObjectStore } from '../../src/kube/object-store.ts';
import { createLog } from '../../src/lib/log.ts';

const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

function setUp(options: Partial<CacheWriterContext<KubeObject>> = {}): {
  store: ObjectStore<KubeObject>;
  writer: CacheWriter<KubeObject>;
} {
  const store = createObjectStore<KubeObject>({
    label: ({ metadata }) => Object.values(metadata.labels ?? {}),
  });
  const signal = new AbortController().signal;
  return { store, writer: createCacheWriter({ store, logger, signal, ...options }) };
}

function object(name: string, resourceVersion: string, label?: string): KubeObject {
  const labels = label === undefined ? undefined : { label };
  return { metadata: { namespace: 'acme', name, uid: name, resourceVersion, labels, managedFields: [{}] } };
}

test('managed fields are dropped, from lists and from events', () => {
  const { store, writer } = setUp();
  writer.list([object('a', '1')]);
  writer.event({ type: 'Added', object: object('b', '2') });
  expect([...store.objects.keys()]).toEqual(['acme/a', 'acme/b']);
  for (const { metadata } of store.objects.values()) expect(metadata).not.toHaveProperty('managedFields');
});

test('an index follows the object through change and deletion', () => {
  const { store, writer } = setUp();
  writer.list([object('a', '1', 'red'), object('b', '2', 'red')]);
  writer.event({ type: 'Modified', object: object('a', '3', 'blue') });
  const names = (value: string): unknown[] =>
    store.byIndex('label', value).map(({ metadata }) => metadata.name);
  expect([names('red'), names('blue')]).toEqual([['b'], ['a']]);
  writer.event({ type: 'Deleted', object: object('b', '4', 'red') });
  expect(names('red')).toEqual([]);
  expect(() => store.byIndex('colour', 'red')).toThrow('no index "colour"');
});

test('an object that the transform cannot read is left out, and taken out if it was there', () => {
  const onChange = vi.fn();
  const { store, writer } = setUp({
    onChange,
    transform: (each) => {
      if (each.metadata.resourceVersion === '9') throw new Error('unreadable');
      return each;
    },
  });
  writer.list([object('a', '1'), object('b', '9')]);
  expect([...store.objects.keys()]).toEqual(['acme/a']);
  expect(writer.event({ type: 'Modified', object: object('a', '9') })).toBe('9');
  expect([...store.objects.keys()]).toEqual([]);
  expect(onChange.mock.calls.map(([{ type }]) => type)).toEqual(['Added', 'Deleted']);
});

test('nothing is delivered once the signal is aborted, not even the rest of a list', () => {
  const stopping = new AbortController();
  const onChange = vi.fn(() => stopping.abort());
  const { writer } = setUp({ onChange, signal: stopping.signal });
  writer.list([object('a', '1'), object('b', '2')]);
  writer.event({ type: 'Added', object: object('c', '3') });
  expect(onChange).toHaveBeenCalledTimes(1);
});

test('the log names the object that could not be handled, past the redaction of whole objects', () => {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const onChange = () => {
    throw new Error('unreadable');
  };
  setUp({ logger: createLog({ program: 'webhook', level: 'error', destination }), onChange }).writer.list([
    object('a', '1'),
  ]);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'change handler failed', key: 'acme/a' });
});
