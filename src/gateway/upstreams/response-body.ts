import { createUsageEventFilter } from './drop-usage-event.ts';
import type { ModelUsage } from './model-usage.ts';
import { createSecretNet } from './secret-net.ts';

/** What is done with the bytes of a response on their way to the agent. */
export interface ResponseBody {
  /** What may go on now; null where a secret was found. */
  readonly push: (chunk: Buffer) => Buffer | null;
  /** What is left. */
  readonly end: () => Buffer;
}

export interface ResponseBodyOptions {
  /** The forms of what must not get to the agent. */
  readonly forms: readonly string[];
  readonly usage: ModelUsage | null;
  /** Whether the event with the usage of a stream is for the gateway alone. */
  readonly keepsUsageEvent: boolean;
}

export function createResponseBody({ forms, usage, keepsUsageEvent }: ResponseBodyOptions): ResponseBody {
  const net = createSecretNet(forms);
  const filter = keepsUsageEvent ? createUsageEventFilter() : null;
  const pass = (bytes: Buffer): Buffer => {
    if (bytes.length > 0) usage?.push(bytes);
    return filter === null ? bytes : filter.push(bytes);
  };
  return {
    push: (chunk) => {
      const bytes = net.push(chunk);
      return bytes === null ? null : pass(bytes);
    },
    end: () => {
      const bytes = pass(net.end());
      return filter === null ? bytes : Buffer.concat([bytes, filter.end()]);
    },
  };
}
