import { isIP } from 'node:net';
import { canonicalAddress } from '../../lib/ip-address.ts';
import { parseIPBlock } from '../../lib/ip-block.ts';
import { isNeverPublic } from '../../policy/egress/classify-address.ts';
import { collapseBlocks } from '../../policy/egress/collapse-blocks.ts';
import type { NodeFacts } from '../../policy/nodes/node-facts.ts';

/** Returns the blocks of a node and of its pods of which some address may be public. Throws for a text that is no block. */
export function nodeBlocks({ spec, status }: Pick<NodeFacts, 'spec' | 'status'>): readonly string[] {
  const own = (status?.addresses ?? []).flatMap(({ address = '' }) => blockOf(address));
  return publicBlocks([...own, ...(spec?.podCIDRs ?? [])]);
}

/** Returns the fewest blocks that have the same public addresses as these. Throws for a text that is no block. */
export function publicBlocks(blocks: readonly string[]): readonly string[] {
  const unreadable = blocks.find((text) => parseIPBlock(text) === null);
  if (unreadable !== undefined) throw new Error(`"${unreadable}" is not a block of addresses`);
  return collapseBlocks(blocks.filter((text) => !isNeverPublic(text)));
}

/**
 * The first two addresses of a block of pods, which network plugins give to the node itself: the bridge, and the end of the tunnel.
 * None for a text that is no block.
 */
export function blockOfBridge(podCIDR: string): readonly string[] {
  if (parseIPBlock(podCIDR) === null) return [];
  return collapseBlocks([podCIDR]).map((block) => {
    const [network = '', prefix] = block.split('/');
    return `${network}/${Math.max(Number(prefix), isIP(network) === 6 ? 127 : 31)}`;
  });
}

/** The block of one address; none for a text that is no address, such as the name of a node. */
export function blockOf(text: string): readonly string[] {
  const address = canonicalAddress(text);
  return address === null ? [] : [`${address}/${isIP(address) === 6 ? 128 : 32}`];
}
