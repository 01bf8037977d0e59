import { type Refusal, refuse } from '../pipeline/refusal.ts';

/** What requests, or responses, may hold of the memory of the gateway. */
export interface ByteRoom {
  readonly enter: () => HeldBytes;
  /** Bytes that are held. */
  readonly held: () => number;
}

/** What one request, or response, of one pod holds. */
export interface HeldBytes {
  /** Takes room for so many bytes in all, before they are kept. Null where there is, or why there is none. */
  readonly hold: (podUID: string, bytes: number) => Refusal | null;
  /** Gives everything back: nothing of it is kept any more. */
  readonly leave: () => void;
}

export interface ByteRoomOptions {
  /** Of all. */
  readonly maxBytes: number;
  /** Of one pod. */
  readonly maxBytesPerPod: number;
}

const RETRY_SECONDS = 1;

/** A response that is not read stays in memory, and its sender would ask for more: so each takes its room first. */
export function createResponseRoom(options: ByteRoomOptions): ByteRoom {
  return createByteRoom(options, {
    reason: 'ResponseBytesReached',
    tooLarge: (max) =>
      `The response has more than the ${max} bytes that one pod may have open. Ask for less.`,
    full: (max) => `The responses that the pod has open may have ${max} bytes; read them first.`,
  });
}

/** A body that is read as a whole is kept until it is sent, or its call has ended. */
export function createRequestRoom(options: ByteRoomOptions): ByteRoom {
  return createByteRoom(options, {
    reason: 'RequestBytesReached',
    tooLarge: (max) => `The body has more than the ${max} bytes that one pod may have open. Send less.`,
    full: (max) =>
      `The bodies of the calls that the pod has open may have ${max} bytes; wait until some are sent.`,
  });
}

/** The reason and the messages for a pod that has no room left. */
interface RoomWords {
  readonly reason: 'ResponseBytesReached' | 'RequestBytesReached';
  readonly tooLarge: (maxBytes: number) => string;
  readonly full: (maxBytes: number) => string;
}

function createByteRoom({ maxBytes, maxBytesPerPod }: ByteRoomOptions, words: RoomWords): ByteRoom {
  const pods = new Map<string, number>();
  let held = 0;
  const add = (podUID: string, bytes: number): void => {
    const ofPod = (pods.get(podUID) ?? 0) + bytes;
    if (ofPod > 0) pods.set(podUID, ofPod);
    else pods.delete(podUID);
    held += bytes;
  };
  /** The limit of the pod is checked first, so that a pod that has taken too much is not told that the gateway is full. */
  const refusalOf = (podUID: string, bytes: number, more: number): Refusal | null => {
    const { reason } = words;
    if (bytes > maxBytesPerPod) return refuse(reason, { message: words.tooLarge(maxBytesPerPod) });
    if ((pods.get(podUID) ?? 0) + more > maxBytesPerPod) {
      return refuse(reason, { message: words.full(maxBytesPerPod), retrySeconds: RETRY_SECONDS });
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
