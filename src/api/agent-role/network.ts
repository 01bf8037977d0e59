import { z } from 'zod';
import { hostPattern, port } from '../shape/hosts.ts';
import { keyedList } from '../shape/lists.ts';
import { byteQuantity } from '../shape/quantities.ts';
import { rules } from '../shape/rules.ts';
import { seconds } from '../shape/times.ts';

const destination = z.object({
  host: hostPattern().describe('Host that may be connected to, or `*.` and a host for every name below it.'),
  ports: z
    .array(port())
    .min(1)
    .max(8)
    .default([443])
    .meta({ 'x-kubernetes-list-type': 'set' })
    .describe('Ports of it.'),
  maxUploadBytes: byteQuantity('1Ti')
    .default('16Mi')
    .describe('Maximum number of bytes that one connection may send.'),
  maxDownloadBytes: byteQuantity('1Ti')
    .default('1Gi')
    .describe('Maximum number of bytes that one connection may receive.'),
  idleSeconds: seconds(1, 3600).default(300).describe('A connection without traffic for so long is closed.'),
  maxSeconds: seconds(1, 86_400).default(3600).describe('A connection is closed after so long.'),
  encryptedClientHello: z
    .enum(['Refuse', 'Tolerate'])
    .default('Refuse')
    .describe('Whether a TLS hello that hides the name it asks for is let through.'),
});

const selector = z.object({
  matchLabels: z
    .record(z.string(), z.string().max(63))
    .meta({ minProperties: 1, maxProperties: 16 })
    .describe('Labels that must all be there. At least one, since none would select everything.'),
});

const peer = z
  .object({
    namespaceSelector: selector
      .optional()
      .describe("Namespaces of the callers. If not set: the agent's own."),
    podSelector: selector.optional().describe('Pods that may call. If not set: all of the namespaces.'),
  })
  .meta(
    rules({
      rule: 'has(self.namespaceSelector) || has(self.podSelector)',
      message: 'must have namespaceSelector, podSelector or both: without them every pod could connect',
    }),
  );

const ingress = z.object({
  port: port().describe('Port of the agent.'),
  from: z
    .array(peer)
    .min(1)
    .max(16)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe('Who may call it.'),
});

/** What an agent may connect to without the gateway reading along, and who may connect to the agent. */
export const network = z.object({
  allow: keyedList(destination, ['host'], 128).describe(
    'Hosts to which the gateway lets TLS through unread (CONNECT). Empty: none.',
  ),
  ingress: keyedList(ingress, ['port'], 16).describe('Who may call the agent. Empty: nobody.'),
});
