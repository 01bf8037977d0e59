import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const KEY_BYTES = 32;

/** Writes a key for arguments as the mounted Secret has it, into a folder of its own; returns the folder. */
export function writeAuditKey(parent: string): string {
  const folder = join(parent, 'audit-key');
  mkdirSync(folder);
  writeFileSync(join(folder, 'id'), 'test');
  writeFileSync(join(folder, 'key'), randomBytes(KEY_BYTES), { mode: 0o600 });
  return folder;
}
