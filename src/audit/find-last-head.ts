import { createHash, type KeyObject } from 'node:crypto';
import { isSignedBy, readPublicKey } from './chain.ts';
import { readLine, splitFile } from './read-line.ts';

/** The last record of an epoch that is proven by a signature, and what lies behind it. */
export interface LastHead {
  readonly epoch: string;
  readonly number: number;
  readonly sequence: number;
  readonly hash: string;
  readonly tailBytes: number;
  /** Null where there is no tail. */
  readonly tailHash: string | null;
}

/**
 * Finds the last proven record in files, given from the last to the first. Stops at the first file that has one. What is
 * behind it, in all files that were read, was being written when the epoch ended.
 */
export async function findLastHead(files: Iterable<() => Promise<Buffer>>): Promise<LastHead | null> {
  const tails: Buffer[] = [];
  for (const read of files) {
    const content = await read();
    const found = findInFile(content);
    tails.unshift(content.subarray(found?.end ?? 0));
    if (found === null) continue;
    const tail = Buffer.concat(tails);
    return { ...found.head, tailBytes: tail.length, tailHash: hashOfTail(tail) };
  }
  return null;
}

export function hashOfTail(tail: Buffer): string | null {
  return tail.length === 0 ? null : createHash('sha256').update(tail).digest('hex');
}

function findInFile(content: Buffer) {
  let key: KeyObject | null = null;
  let number = 0;
  let found: { head: Omit<LastHead, 'tailBytes' | 'tailHash'>; end: number } | null = null;
  for (const { bytes, isWhole, offset } of splitFile(content)) {
    const read = isWhole ? readLine(bytes) : null;
    if (read === null || 'problem' in read) break;
    const { record, hash } = read;
    const { epoch, chain } = record.unmapped;
    if (epoch !== undefined) {
      key = readPublicKey(epoch.public_key);
      number = epoch.number;
    }
    if (chain?.signature === undefined || key === null) continue;
    const { sequence } = record.metadata;
    const place = { epoch: chain.epoch, sequence, previousHash: chain.previous_hash };
    if (!isSignedBy(key, place, { hash, signature: chain.signature })) break;
    found = { head: { epoch: chain.epoch, number, sequence, hash }, end: offset + bytes.length + 1 };
  }
  return found;
}
