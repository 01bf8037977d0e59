import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import type { Secret } from '../lib/secret.ts';

const ITERATIONS = 4096;
const KEY_BYTES = 32;

/**
 * Returns what PostgreSQL stores of a password (RFC 5803). A statement with it is not one with the password, which the server would
 * write into its log. The password must be of printable ASCII, which SASLprep leaves as it is. `salt` are 16 random bytes.
 */
export function scramVerifier(password: Secret, salt: Buffer): string {
  const salted = pbkdf2Sync(password.reveal(), salt, ITERATIONS, KEY_BYTES, 'sha256');
  const keyOf = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(keyOf('Client Key')).digest('base64');
  const server = keyOf('Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${stored}:${server}`;
}
