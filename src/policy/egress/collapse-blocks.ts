import ipaddr from 'ipaddr.js';

/** A block as numbers. */
interface Range {
  /** How many bits an address of its family has. */
  readonly bits: 32 | 128;
  /** The first address. */
  readonly start: bigint;
  readonly prefix: number;
}

/**
 * Returns the fewest blocks that have the same addresses, in an order that does not depend on the order in which they were
 * given. All are blocks in CIDR notation; it throws for any other text.
 */
export function collapseBlocks(blocks: readonly string[]): readonly string[] {
  const collapsed: Range[] = [];
  for (const range of blocks.map(parse).sort(compare)) {
    const last = collapsed.at(-1);
    if (last !== undefined && contains(last, range)) continue;
    collapsed.push(range);
    mergeLast(collapsed);
  }
  return collapsed.map(format);
}

/** Two halves of a block are that block, which may be the other half of a greater one. */
function mergeLast(ranges: Range[]): void {
  for (;;) {
    const [left, right] = ranges.slice(-2);
    if (left === undefined || right === undefined) return;
    const { bits, start, prefix } = left;
    const isOther = right.bits === bits && right.prefix === prefix && prefix > 0;
    const half = 1n << BigInt(bits - prefix);
    if (!isOther || (start & half) !== 0n || right.start !== start + half) return;
    ranges.splice(-2, 2, { bits, start, prefix: prefix - 1 });
  }
}

function parse(text: string): Range {
  const [address, prefix] = ipaddr.parseCIDR(text);
  const bits = address.kind() === 'ipv6' ? 128 : 32;
  const number = address.toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const behind = BigInt(bits - prefix);
  return { bits, start: (number >> behind) << behind, prefix };
}

function compare(left: Range, right: Range): number {
  if (left.bits !== right.bits) return left.bits - right.bits;
  if (left.start !== right.start) return left.start < right.start ? -1 : 1;
  return left.prefix - right.prefix;
}

function contains(outer: Range, inner: Range): boolean {
  if (outer.bits !== inner.bits || outer.prefix > inner.prefix) return false;
  const behind = BigInt(outer.bits - outer.prefix);
  return inner.start >> behind === outer.start >> behind;
}

function format({ bits, start, prefix }: Range): string {
  const bytes = Array.from({ length: bits / 8 }, (_, index) =>
    Number((start >> BigInt(bits - 8 * (index + 1))) & 0xffn),
  );
  return `${ipaddr.fromByteArray(bytes).toString()}/${prefix}`;
}
