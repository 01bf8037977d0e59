import type { KubeClient } from '../kube/kube-client.ts';
import { KubeError } from '../kube/kube-error.ts';
import { unlessAborted } from '../lib/unless-aborted.ts';
import { interceptWrites } from './intercept-writes.ts';

/** A write was refused or abandoned because this process does not lead, or could soon be led by another. */
export class NotLeaderError extends KubeError {
  constructor(message: string) {
    super(message, { reason: 'Unavailable' });
    this.name = 'NotLeaderError';
  }
}

/** The right to write, while it lasts. */
export interface Leadership {
  /** Throws a NotLeaderError unless the lease is held, and will be for longer than the margin. */
  readonly assertHeld: () => void;
  /** Aborted, with a NotLeaderError, when what is under way must end. */
  readonly cutoff: AbortSignal;
  /** Is given every write, and whether it may have left this process. */
  readonly track: (write: Promise<unknown>, isSent: () => boolean) => void;
}

/**
 * A client whose writes are refused with a NotLeaderError unless the leadership holds. It is asked once more right before
 * each attempt is sent, since a process may be stopped for any time in between. A caller that aborts gets its answer at
 * once; what was sent goes on until it is answered or cut off, so that a release can wait for it.
 */
export function fencedClient(client: KubeClient, leadership: Leadership): KubeClient {
  return interceptWrites(client, async ({ limits }, send) => {
    limits.signal?.throwIfAborted();
    leadership.assertHeld();
    let isSent = false;
    const beforeAttempt = (): void => {
      limits.signal?.throwIfAborted();
      limits.beforeAttempt?.();
      leadership.assertHeld();
      isSent = true;
    };
    const write = send({ signal: leadership.cutoff, beforeAttempt });
    leadership.track(write, () => isSent);
    return unlessAborted(write, limits.signal);
  });
}
