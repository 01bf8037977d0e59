import { z } from 'zod';
import { port } from '../../api/shape/hosts.ts';
import { dnsLabel } from '../../api/shape/names.ts';
import { canonicalAddress } from '../../lib/ip-address.ts';
import { readGatewayText } from '../read-gateway-text.ts';
import { GATE_FACTS } from './gate-facts.ts';

/** The key of the ConfigMap `cloister-gate` that says at which addresses the Services are that roles name as upstreams. */
export const SERVICE_FACTS = {
  key: 'services.json',
  /** The gateway refuses any other. */
  format: 1,
  maxServices: 1_024,
} as const;

/** A Service that a role of the tenant names. */
export interface ServiceFact {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
  readonly addresses: readonly string[];
}

/** What the operator tells a tenant's gateway of Services. */
export interface ServiceFacts {
  readonly format: typeof SERVICE_FACTS.format;
  readonly services: readonly ServiceFact[];
}

const facts = z.strictObject({
  format: z.literal(SERVICE_FACTS.format),
  services: z
    .array(
      z.strictObject({
        namespace: dnsLabel(),
        name: dnsLabel(),
        port: port(),
        addresses: z
          .array(z.string().refine((text) => canonicalAddress(text) !== null, 'must be an IP address'))
          .max(8),
      }),
    )
    .max(SERVICE_FACTS.maxServices),
});

/** Facts that can be used, or why they cannot, in one line. */
export type ParsedServiceFacts = { readonly facts: ServiceFacts } | { readonly problem: string };

/** Parses the facts in a ConfigMap. Where it has none, there are no Services. */
export function parseServiceFacts(text: string | undefined): ParsedServiceFacts {
  if (text === undefined) return { facts: { format: SERVICE_FACTS.format, services: [] } };
  const parsed = readGatewayText(text, SERVICE_FACTS.format, facts);
  if ('read' in parsed) return { facts: parsed.read };
  return { problem: `${SERVICE_FACTS.key} of the ConfigMap "${GATE_FACTS.configMap}": ${parsed.problem}` };
}
