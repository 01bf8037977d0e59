import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { createCacheWriter } from '../../src/kube/cache-writer.ts';
import type { Change } from '../../src/kube/fold.ts';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import { createObjectStore } from '../../src/kube/object-store.ts';
import type { WatchEvent } from '../../src/kube/watch-event.ts';

type Step =
  | { readonly act: 'write' | 'remove'; readonly name: string }
  /** The connection breaks; what happens until the next is received only by resuming or listing again. */
  | { readonly act: 'resume' | 'relist' | 'bookmark' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ act: fc.constantFrom('write', 'remove'), name: fc.constantFrom('a', 'b', 'c') }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constantFrom('resume', 'relist', 'bookmark') }) },
);

/** An API server as data: the present objects, and every event with its version. */
function createServer(): {
  readonly objects: Map<string, KubeObject>;
  readonly history: { readonly version: number; readonly event: WatchEvent<KubeObject> }[];
  readonly version: () => number;
  readonly write: (name: string) => void;
  readonly remove: (name: string) => void;
} {
  const objects = new Map<string, KubeObject>();
  const history: { readonly version: number; readonly event: WatchEvent<KubeObject> }[] = [];
  let version = 1;
  const record = (
    type: 'Added' | 'Modified' | 'Deleted',
    name: string,
    uid: string | undefined,
  ): KubeObject => {
    version += 1;
    const object = { metadata: { name, uid: uid ?? `uid-${version}`, resourceVersion: `${version}` } };
    history.push({ version, event: { type, object } });
    return object;
  };
  return {
    objects,
    history,
    version: () => version,
    write: (name) => {
      const uid = objects.get(name)?.metadata.uid;
      objects.set(name, record(uid === undefined ? 'Added' : 'Modified', name, uid));
    },
    remove: (name) => {
      const uid = objects.get(name)?.metadata.uid;
      if (uid === undefined) return;
      record('Deleted', name, uid);
      objects.delete(name);
    },
  };
}

function replay(changes: readonly Change<KubeObject>[]): Map<string, KubeObject> {
  const seen = new Map<string, KubeObject>();
  for (const change of changes) {
    const { name = '', uid } = change.object.metadata;
    const known = seen.get(name);
    if (change.type === 'Added') expect(known).toBeUndefined();
    else expect(known?.metadata.uid).toBe(uid);
    if (change.type === 'Modified') {
      expect(change.previous).toEqual(known);
      expect(change.object).not.toEqual(known);
    }
    if (change.type === 'Deleted') seen.delete(name);
    else seen.set(name, change.object);
  }
  return seen;
}

test('whatever is written while the connection breaks again and again, cache and changes end at the true state', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(3), (steps, overlap) => {
      const server = createServer();
      const store = createObjectStore<KubeObject>({});
      const changes: Change<KubeObject>[] = [];
      const writer = createCacheWriter<KubeObject>({
        store,
        onChange: (change) => void changes.push(change),
        logger: { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() },
        signal: new AbortController().signal,
      });
      let seen = 0;
      const relist = (): void => {
        writer.list([...server.objects.values()]);
        seen = server.version();
      };
      // A resumed watch may begin with events that were seen already, as long as they are the latest of their object.
      const resume = (): void => {
        const news = server.history.filter(({ version }) => version > seen);
        const again =
          news.length > 0 ? [] : server.history.slice(server.history.length - Math.min(overlap, 1));
        for (const { event } of [...again, ...news]) writer.event(event);
        seen = server.version();
      };
      for (const next of steps) {
        if (next.act === 'write') server.write(next.name);
        else if (next.act === 'remove') server.remove(next.name);
        else if (next.act === 'relist') relist();
        else if (next.act === 'resume') resume();
        else writer.event({ type: 'Bookmark', resourceVersion: `${seen}` });
      }
      resume();
      const truth = [...server.objects.values()].map(({ metadata }) => metadata);
      const byName = (left: { name?: string }, right: { name?: string }): number =>
        (left.name ?? '').localeCompare(right.name ?? '');
      expect([...store.objects.values()].map(({ metadata }) => metadata).sort(byName)).toEqual(
        truth.sort(byName),
      );
      expect([...replay(changes).values()].map(({ metadata }) => metadata).sort(byName)).toEqual(truth);
    }),
    { numRuns: 500 },
  );
});
