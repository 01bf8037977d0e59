import { isVaultError } from './vault-error.ts';
import type { VaultSession } from './vault-session.ts';

/** The right to ask Vault, while it lasts: that of the operator which leads to write. */
export interface VaultFence {
  /** Throws where the right has ended. */
  readonly assertHeld: () => void;
  /** Aborted when what is under way must end. */
  readonly cutoff: AbortSignal;
  /** Is given every request, and whether it may have left this process. */
  readonly track: (request: Promise<unknown>, isSent: () => boolean) => void;
}

/**
 * A session whose requests are refused unless the fence holds, and cut off when it falls. It is asked once more right before
 * each is sent: one identity takes a few requests, and a process may be stopped for any time between two of them.
 */
export function fencedSession(session: VaultSession, fence: VaultFence): VaultSession {
  return {
    call: async (request) => {
      fence.assertHeld();
      let isSent = false;
      const beforeAttempt = (): void => {
        fence.assertHeld();
        isSent = true;
      };
      const { cutoff } = fence;
      const signal = request.signal === undefined ? cutoff : AbortSignal.any([request.signal, cutoff]);
      const asked = session.call({ ...request, signal, beforeAttempt });
      fence.track(asked.catch(unlessAnswered), () => isSent);
      return asked;
    },
    close: session.close,
  };
}

/** What Vault has refused does not arrive any more. */
function unlessAnswered(error: unknown): void {
  if (!isVaultError(error) || error.status === undefined) throw error;
}
