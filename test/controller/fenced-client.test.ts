import { describe, expect, test, vi } from 'vitest';
import { fencedClient, type Leadership, NotLeaderError } from '../../src/controller/fenced-client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { isKubeError, KubeError } from '../../src/kube/kube-error.ts';
import { resources } from '../../src/kube/resources.ts';
import type { CallLimits } from '../../src/kube/transport.ts';

const object = { metadata: { name: 'a', namespace: 'acme-agents', resourceVersion: '1' } };
const name = { name: 'a', namespace: 'acme-agents' };

/** Every write of a client, and where its limits are among its arguments. */
const WRITES = [
  [
    'create',
    (client: KubeClient) => client.create(resources.configMaps, object, { deadlineMilliseconds: 9 }),
  ],
  [
    'replace',
    (client: KubeClient) => client.replace(resources.configMaps, object, { deadlineMilliseconds: 9 }),
  ],
  ['apply', (client: KubeClient) => client.apply(resources.configMaps, object, { deadlineMilliseconds: 9 })],
  [
    'applyStatus',
    (client: KubeClient) => client.applyStatus(resources.configMaps, object, { deadlineMilliseconds: 9 }),
  ],
  [
    'patch',
    (client: KubeClient) =>
      client.patch(resources.configMaps, name, {}, { resourceVersion: '1', deadlineMilliseconds: 9 }),
  ],
  ['delete', (client: KubeClient) => client.delete(resources.configMaps, name, { deadlineMilliseconds: 9 })],
] as const;

function leadership() {
  const cutoff = new AbortController();
  const state = { isHeld: true, tracked: [] as { isSent: () => boolean }[] };
  const held: Leadership = {
    assertHeld: () => {
      if (!state.isHeld) throw new NotLeaderError('another leads');
    },
    cutoff: cutoff.signal,
    track: (write, isSent) => {
      write.catch(() => undefined);
      state.tracked.push({ isSent });
    },
  };
  return { held, state, cutoff };
}

/** A client that gives each call to `answer`, with its limits. */
function clientOf(answer: (limits: CallLimits) => Promise<unknown>): KubeClient {
  const call = vi.fn((...given: unknown[]) => answer(given.at(-1) as CallLimits));
  return {
    server: 'https://127.0.0.1',
    create: call,
    replace: call,
    apply: call,
    applyStatus: call,
    patch: call,
    delete: call,
    get: () => Promise.resolve(object),
    list: () => Promise.resolve({ items: [object], resourceVersion: '1' }),
  } as unknown as KubeClient;
}

const send = (limits: CallLimits): Promise<unknown> => {
  try {
    limits.beforeAttempt?.();
    return Promise.resolve(object);
  } catch (error) {
    return Promise.reject(error);
  }
};

describe.each(WRITES)('%s', (_verb, write) => {
  test('passes, with the limits of its caller, while the lease is held', async () => {
    const { held, state } = leadership();
    const seen = vi.fn(send);
    await write(fencedClient(clientOf(seen), held));
    expect(seen).toHaveBeenCalledWith(expect.objectContaining({ deadlineMilliseconds: 9 }));
    expect(state.tracked.map(({ isSent }) => isSent())).toEqual([true]);
  });

  test('is refused with a typed error where it is not, and nothing is sent', async () => {
    const { held, state } = leadership();
    state.isHeld = false;
    const seen = vi.fn(send);
    const error: unknown = await write(fencedClient(clientOf(seen), held)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(NotLeaderError);
    expect(isKubeError(error)).toBe(true);
    expect(seen).not.toHaveBeenCalled();
  });

  test('is refused at the last moment where the lease was lost while it waited to be sent', async () => {
    const { held, state } = leadership();
    const late = async (limits: CallLimits): Promise<unknown> => {
      state.isHeld = false;
      return send(limits);
    };
    await expect(write(fencedClient(clientOf(late), held))).rejects.toThrow('another leads');
    expect(state.tracked.map(({ isSent }) => isSent())).toEqual([false]);
  });

  test('is cut off under way', async () => {
    const { held, cutoff } = leadership();
    const hanging = (limits: CallLimits): Promise<never> =>
      new Promise((_resolve, reject) => {
        limits.signal?.addEventListener('abort', () => reject(limits.signal?.reason as Error));
      });
    const written = write(fencedClient(clientOf(hanging), held));
    cutoff.abort(new NotLeaderError('the lease could not be renewed'));
    await expect(written).rejects.toThrow('could not be renewed');
  });
});

test('a caller that aborts is answered at once, and what was sent goes on', async () => {
  const { held, state } = leadership();
  const aborted = new AbortController();
  let signal: AbortSignal | undefined;
  const hanging = (limits: CallLimits): Promise<never> => {
    limits.beforeAttempt?.();
    signal = limits.signal;
    return new Promise(() => {});
  };
  const client = fencedClient(clientOf(hanging), held);
  const written = client.create(resources.configMaps, object, { signal: aborted.signal });
  aborted.abort(new Error('no longer wanted'));
  await expect(written).rejects.toThrow('no longer wanted');
  expect(signal?.aborted).toBe(false);
  expect(state.tracked.map(({ isSent }) => isSent())).toEqual([true]);
});

test('reads pass whoever leads', async () => {
  const { held, state } = leadership();
  state.isHeld = false;
  const client = fencedClient(clientOf(send), held);
  await expect(client.get(resources.configMaps, name)).resolves.toEqual(object);
  await expect(client.list(resources.configMaps)).resolves.toMatchObject({ items: [object] });
});

test('the error of the API server passes unchanged', async () => {
  const { held } = leadership();
  const refused = new KubeError('cannot create ConfigMap', { reason: 'Forbidden', status: 403 });
  const client = fencedClient(
    clientOf(() => Promise.reject(refused)),
    held,
  );
  await expect(client.create(resources.configMaps, object)).rejects.toBe(refused);
});
