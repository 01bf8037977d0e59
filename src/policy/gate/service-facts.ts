import { z } from 'zod';
import { port } from '../../api/shape/hosts.ts';
import { dnsLabel } from '../../api/shape/names.ts';
import { canonicalAddress } from '../../lib/ip-address.ts';
import { type IPBlock, parseIPBlock, parseIPBlocks } from '../../lib/ip-block.ts';
import { readGatewayText } from '../read-gateway-text.ts';
import { GATE_FACTS } from './gate-facts.ts';

/** The key of the ConfigMap `cloister-gate` that says at which addresses the Services are that roles name as upstreams. */
export const SERVICE_FACTS = {
  key: 'services.json',
  /** The gateway refuses any other. */
  format: 1,
  /** With what follows, they fit into a ConfigMap beside the other keys: it holds 1 MiB. */
  maxServices: 256,
  maxAddresses: 16,
  maxDenied: 4_096,
} as const;

/** A Service that a role of the tenant names. */
export interface ServiceFact {
  readonly namespace: string;
  readonly name: string;
  /** The port of the Service, which the role names. */
  readonly port: number;
  /** The port that its endpoints listen on. */
  readonly targetPort: number;
  /**
   * Of its endpoints. The gateway connects to them itself, and not to the address of the Service: which endpoint the node would
   * choose behind that, nobody could decide about.
   */
  readonly addresses: readonly string[];
}

/** What the operator tells a tenant's gateway of Services. */
export interface ServiceFacts {
  readonly format: typeof SERVICE_FACTS.format;
  /** Blocks that no Service may be in: the nodes, the API server, Vault and Cloister, in CIDR notation. */
  readonly denied: readonly string[];
  readonly services: readonly ServiceFact[];
}

const facts = z.strictObject({
  format: z.literal(SERVICE_FACTS.format),
  denied: z
    .array(z.string().refine((text) => parseIPBlock(text) !== null, 'must be a block in CIDR notation'))
    .max(SERVICE_FACTS.maxDenied),
  services: z
    .array(
      z.strictObject({
        namespace: dnsLabel(),
        name: dnsLabel(),
        port: port(),
        targetPort: port(),
        addresses: z
          .array(z.string().refine((text) => canonicalAddress(text) !== null, 'must be an IP address'))
          .max(SERVICE_FACTS.maxAddresses),
      }),
    )
    .max(SERVICE_FACTS.maxServices),
});

/** Facts that can be used, or why they cannot, in one line. */
export type ParsedServiceFacts =
  | { readonly facts: ServiceFacts; readonly denied: IPBlock }
  | { readonly problem: string };

const NONE: ParsedServiceFacts = {
  facts: { format: SERVICE_FACTS.format, denied: [], services: [] },
  denied: { has: () => false },
};

/** Parses the facts in a ConfigMap. Where it has none, there are no Services. */
export function parseServiceFacts(text: string | undefined): ParsedServiceFacts {
  if (text === undefined) return NONE;
  const problem = (what: string): ParsedServiceFacts => ({
    problem: `${SERVICE_FACTS.key} of the ConfigMap "${GATE_FACTS.configMap}": ${what}`,
  });
  const parsed = readGatewayText(text, SERVICE_FACTS.format, facts);
  if ('problem' in parsed) return problem(parsed.problem);
  const denied = parseIPBlocks(parsed.read.denied);
  return denied === null ? problem('a block cannot be read') : { facts: parsed.read, denied };
}
