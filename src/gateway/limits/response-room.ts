import { type Refusal, refuse } from '../pipeline/refusal.ts';

/** What responses may hold of the memory of the gateway until their agents have read them. */
export interface ResponseRoom {
  readonly enter: () => HeldResponse;
  /** Bytes that are held. */
  readonly held: () => number;
}

/** What one response of one pod holds. */
export interface HeldResponse {
  /** Takes room for so many bytes in all, before they are kept. Null where there is, or why there is none. */
  readonly hold: (podUID: string, bytes: number) => Refusal | null;
  /** Gives everything back: the agent has read the response, or is gone. */
  readonly leave: () => void;
}

export interface ResponseRoomOptions {
  /** Of all responses. */
  readonly maxBytes: number;
  /** Of those of one pod. */
  readonly maxBytesPerPod: number;
}

const RETRY_SECONDS = 1;

/** A response that is not read stays in memory, and its sender would ask for more: so each takes its room first. */
export function createResponseRoom({ maxBytes, maxBytesPerPod }: ResponseRoomOptions): ResponseRoom {
  const pods = new Map<string, number>();
  let held = 0;
  const add = (podUID: string, bytes: number): void => {
    const ofPod = (pods.get(podUID) ?? 0) + bytes;
    if (ofPod > 0) pods.set(podUID, ofPod);
    else pods.delete(podUID);
    held += bytes;
  };
  /** The limit of the pod is checked first, so that a pod that reads nothing is not told that the gateway is full. */
  const refusalOf = (podUID: string, bytes: number, more: number): Refusal | null => {
    if (bytes > maxBytesPerPod) return refuse('ResponseBytesReached', { message: tooLarge(maxBytesPerPod) });
    if ((pods.get(podUID) ?? 0) + more > maxBytesPerPod) {
      const message = `The responses that the pod has open may have ${maxBytesPerPod} bytes; read them first.`;
      return refuse('ResponseBytesReached', { message, retrySeconds: RETRY_SECONDS });
    }
    return held + more > maxBytes ? refuse('Overloaded', { retrySeconds: RETRY_SECONDS }) : null;
  };
  return {
    enter: () => {
      let taken = 0;
      let giveBack = (): void => undefined;
      return {
        hold: (podUID, bytes) => {
          if (bytes <= taken) return null;
          const refusal = refusalOf(podUID, bytes, bytes - taken);
          if (refusal !== null) return refusal;
          add(podUID, bytes - taken);
          taken = bytes;
          giveBack = () => add(podUID, -taken);
          return null;
        },
        leave: () => {
          giveBack();
          giveBack = () => undefined;
        },
      };
    },
    held: () => held,
  };
}

function tooLarge(maxBytes: number): string {
  return `The response has more than the ${maxBytes} bytes that one pod may have open. Ask for less.`;
}
