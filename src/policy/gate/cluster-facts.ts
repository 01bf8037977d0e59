import { z } from 'zod';
import { type IPBlock, parseIPBlock, parseIPBlocks } from '../../lib/ip-block.ts';
import { readGatewayText } from '../read-gateway-text.ts';
import { GATE_FACTS } from './gate-facts.ts';

/**
 * The key of the ConfigMap `cloister-gate` that says which addresses are the cluster's own. It is a text with a format of its
 * own, so that a gateway which does not know it reads the facts of the start gates all the same.
 */
export const CLUSTER_FACTS = {
  key: 'cluster.json',
  /** The gateway refuses any other. */
  format: 1,
  /** With 45 characters each they fit into a ConfigMap, which holds 1 MiB. */
  maxBlocks: 8_192,
} as const;

/** What the operator tells a tenant's gateway of the cluster. */
export interface ClusterFacts {
  readonly format: typeof CLUSTER_FACTS.format;
  /**
   * Blocks of pods, Services and nodes in CIDR notation, of which some address may be public: the others are refused by their
   * class.
   */
  readonly blocks: readonly string[];
}

const facts = z.strictObject({
  format: z.literal(CLUSTER_FACTS.format),
  blocks: z
    .array(z.string().refine((text) => parseIPBlock(text) !== null, 'must be a block in CIDR notation'))
    .max(CLUSTER_FACTS.maxBlocks),
});

/** Facts that can be used, or why they cannot, in one line. */
export type ParsedClusterFacts =
  | { readonly facts: ClusterFacts; readonly block: IPBlock }
  | { readonly problem: string };

/** Parses the facts in a ConfigMap; `text` is undefined where it has none. Unknown formats, fields and values are refused. */
export function parseClusterFacts(text: string | undefined): ParsedClusterFacts {
  const problem = (what: string): ParsedClusterFacts => ({
    problem: `${CLUSTER_FACTS.key} of the ConfigMap "${GATE_FACTS.configMap}": ${what}`,
  });
  const parsed = readGatewayText(text, CLUSTER_FACTS.format, facts);
  if ('problem' in parsed) return problem(parsed.problem);
  const block = parseIPBlocks(parsed.read.blocks);
  return block === null ? problem('a block cannot be read') : { facts: parsed.read, block };
}
