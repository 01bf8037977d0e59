import { generateKeyPairSync, type KeyObject, sign, verify, createPublicKey } from 'node:crypto';
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256 } from '../lib/sha256.ts';
import type { AuditRecord } from './audit-record.ts';

/** The previous hash of the first record of a replica. */
export const NO_HASH = '0'.repeat(64);

/** A place in a chain. */
export interface ChainPlace {
  readonly epoch: string;
  readonly sequence: number;
  readonly previousHash: string;
}

/** A record as a line, without the line feed, and its hash. */
export interface ChainedLine {
  readonly line: string;
  readonly hash: string;
}

/** Signs for one epoch with a key that is in memory alone. */
export interface EpochKey {
  /** 32 bytes in hexadecimal. */
  readonly publicKey: string;
  /** Signs the hash of a record and its place. 64 bytes in hexadecimal. */
  readonly sign: (place: ChainPlace, hash: string) => string;
}

/**
 * Puts a record in its place. The hash is the SHA-256 of the canonical JSON of the record, in which `unmapped.chain` has
 * neither `hash` nor `signature`.
 */
export function chainRecord(record: AuditRecord, place: ChainPlace): ChainedLine {
  const unsigned = unsignedText(record, place);
  const hash = sha256(unsigned);
  return { line: insert(unsigned, 'Before', `"hash":"${hash}",`), hash };
}

/** Adds a signature to a line that has none. */
export function signLine(line: string, signature: string): string {
  return insert(line, 'After', `,"signature":"${signature}"`);
}

/** Writes again the line of a record that was read, with the hash that it should have and the signature that it has. */
export function rewriteLine(record: AuditRecord): ChainedLine {
  const { epoch = '', previous_hash: previousHash = '', signature } = record.unmapped.chain ?? {};
  const chained = chainRecord(record, { epoch, sequence: record.metadata.sequence, previousHash });
  return signature === undefined ? chained : { ...chained, line: signLine(chained.line, signature) };
}

/** Creates the key of an epoch. */
export function createEpochKey(): EpochKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    publicKey: Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex'),
    sign: (place, hash) => sign(null, signedText(place, hash), privateKey).toString('hex'),
  };
}

/** Reads a public key of 32 bytes in hexadecimal. */
export function readPublicKey(hexadecimal: string): KeyObject {
  const x = Buffer.from(hexadecimal, 'hex').toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

export function isSignedBy(
  key: KeyObject,
  place: ChainPlace,
  proof: { hash: string; signature: string },
): boolean {
  return verify(null, signedText(place, proof.hash), key, Buffer.from(proof.signature, 'hex'));
}

function signedText({ epoch, sequence }: ChainPlace, hash: string): Buffer {
  return Buffer.from(`cloister-audit-v1\n${epoch}\n${sequence}\n${hash}`);
}

function unsignedText(record: AuditRecord, { epoch, sequence, previousHash }: ChainPlace): string {
  return canonicalJson({
    ...record,
    metadata: { ...record.metadata, sequence },
    unmapped: { ...record.unmapped, chain: { epoch, previous_hash: previousHash } },
  });
}

/** A quotation mark within a text is escaped, so that this is found at the member alone. */
const ANCHOR = '"previous_hash":"';

/** Adds a member where canonical JSON has it, which costs less than to write all again. */
function insert(line: string, where: 'Before' | 'After', member: string): string {
  const start = line.indexOf(ANCHOR);
  const at = where === 'Before' ? start : line.indexOf('"', start + ANCHOR.length) + 1;
  return line.slice(0, at) + member + line.slice(at);
}
