import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { canonicalAddress } from '../lib/ip-address.ts';
import { createCall, type PipelineServices } from './pipeline/call.ts';
import { runCall } from './pipeline/pipeline.ts';
import { createPlainOperation } from './proxy/plain-operation.ts';
import { refuseConnection } from './proxy/raw-answer.ts';

const UNREADABLE = 'The request is not HTTP, or its headers are too large or came too slowly.';

/** Refuses, records and ends a connection on which came what cannot be read as a request. Never rejects. */
export async function answerUnreadable(client: Socket, services: PipelineServices): Promise<void> {
  client.on('error', () => undefined);
  // What has sent nothing has asked for nothing.
  if (client.bytesRead === 0) return void client.destroy();
  const call = createCall({
    uid: randomUUID(),
    operation: createPlainOperation('', UNREADABLE),
    address: canonicalAddress(client.remoteAddress ?? '') ?? '',
    proof: { proof: null, rest: [] },
  });
  if (client.destroyed) call.onClientGone();
  else client.once('close', call.onClientGone);
  const result = await runCall(call, services);
  if ('refusal' in result) refuseConnection(client, result.refusal);
  return undefined;
}
