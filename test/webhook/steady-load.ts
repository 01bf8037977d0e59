import { buildAdmissionReview } from '../build/admission-review.ts';
import { type ReviewClient, SendError } from './review-client.ts';

/** The outcome of a steady load. */
export interface LoadOutcome {
  answered: number;
  /** The connection was refused or closed before the TLS handshake ended: the server accepted no request. */
  notAccepted: number;
  /** Sent over an accepted connection and not answered with an allow: lost. */
  readonly lost: string[];
}

/** Sends reviews from some senders at once, each one after the other, until it is stopped. */
export function startSteadyLoad(client: ReviewClient, senders: number): { stop(): Promise<LoadOutcome> } {
  const outcome: LoadOutcome = { answered: 0, notAccepted: 0, lost: [] };
  const review = JSON.stringify(buildAdmissionReview());
  const state = { stopped: false };
  const send = async (): Promise<void> => {
    while (!state.stopped) {
      try {
        const { status, text } = await client.send('/decide', review);
        if (status === 200 && text.includes('"allowed":true')) outcome.answered += 1;
        else outcome.lost.push(`${status} ${text}`);
      } catch (error) {
        if (error instanceof SendError && !error.accepted) outcome.notAccepted += 1;
        else outcome.lost.push(String(error));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  };
  const running = Array.from({ length: senders }, send);
  return {
    async stop() {
      state.stopped = true;
      await Promise.all(running);
      return outcome;
    },
  };
}
