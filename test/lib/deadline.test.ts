import { expect, test } from 'vitest';
import { withDeadline } from '../../src/lib/deadline.ts';
import { createScaledClock } from '../kube/scaled-clock.ts';

const clock = createScaledClock(100);
const onTimeout = (): Error => new Error('too late');

// As libraries do: the abort comes back wrapped in an error of their own.
function wrapsAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('wrapped', { cause: signal.reason })));
  });
}

test('work that takes too long ends with the error for it', async () => {
  await expect(withDeadline({ clock, milliseconds: 100, onTimeout }, wrapsAbort)).rejects.toThrow('too late');
});

test('work that ignores its signal is not waited for', async () => {
  const never = new Promise<never>(() => {});
  await expect(withDeadline({ clock, milliseconds: 100, onTimeout }, () => never)).rejects.toThrow(
    'too late',
  );
});

test("work that the caller ends throws the caller's reason", async () => {
  const stop = new AbortController();
  const work = withDeadline({ clock, milliseconds: 1e9, onTimeout, signal: stop.signal }, wrapsAbort);
  stop.abort(new Error('enough'));
  await expect(work).rejects.toThrow('enough');
});

test('work under a signal that is aborted already is not begun', async () => {
  let begun = false;
  const work = withDeadline(
    { clock, milliseconds: 1e9, onTimeout, signal: AbortSignal.abort(new Error('before')) },
    () => {
      begun = true;
      return Promise.resolve();
    },
  );
  await expect(work).rejects.toThrow('before');
  expect(begun).toBe(false);
});

test('work that ends in time leaves its signal alone, and its failure is its own', async () => {
  let seen: AbortSignal | undefined;
  const answer = await withDeadline({ clock, milliseconds: 100, onTimeout }, (signal) => {
    seen = signal;
    return Promise.resolve('done');
  });
  await clock.sleep(300);
  expect([answer, seen?.aborted]).toEqual(['done', false]);
  const failing = withDeadline({ clock, milliseconds: 100, onTimeout }, () =>
    Promise.reject(new Error('broken')),
  );
  await expect(failing).rejects.toThrow('broken');
});
