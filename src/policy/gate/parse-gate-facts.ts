import { z } from 'zod';
import { port } from '../../api/shape/hosts.ts';
import { dnsLabel, ownerName } from '../../api/shape/names.ts';
import { GATE_PROTOCOL } from '../../lib/gate-protocol.ts';
import { canonicalAddress } from '../../lib/ip-address.ts';
import { readGatewayText } from '../read-gateway-text.ts';
import { MAX_NODE_TARGETS } from './answer-gate.ts';
import { GATE_FACTS, type GateFacts } from './gate-facts.ts';

/** Twice what a tenant may list. */
const MAX_NAMESPACES = 128;

const target = z.strictObject({
  name: z.string().min(1).max(GATE_PROTOCOL.maxNameCharacters),
  address: z.string().refine((text) => canonicalAddress(text) !== null, 'must be an IP address'),
  port: port(),
  protocol: z.enum(['TCP', 'UDP']),
});

const facts = z.strictObject({
  format: z.literal(GATE_FACTS.format),
  tenant: ownerName(),
  namespaces: z.array(dnsLabel()).max(MAX_NAMESPACES),
  nodePorts: z.enum(['Refuse', 'Report']),
  // The answer holds these and those of the pod's node.
  targets: z
    .array(target)
    .min(1)
    .max(GATE_PROTOCOL.maxTargets - MAX_NODE_TARGETS),
});

/** Facts that can be used, or why they cannot, in one line. */
export type ParsedGateFacts = { readonly facts: GateFacts } | { readonly problem: string };

/** Parses the facts in a ConfigMap; `text` is undefined where it has none. Unknown formats, fields and values are refused. */
export function parseGateFacts(text: string | undefined, tenant: string): ParsedGateFacts {
  const { configMap, key, format } = GATE_FACTS;
  const problem = (what: string): ParsedGateFacts => ({
    problem: `${key} of the ConfigMap "${configMap}": ${what}`,
  });
  const parsed = readGatewayText(text, format, facts);
  if ('problem' in parsed) return problem(parsed.problem);
  const { read } = parsed;
  if (read.tenant !== tenant) {
    return problem(`tenant is "${read.tenant}"; this is the gateway of "${tenant}"`);
  }
  return { facts: read };
}
