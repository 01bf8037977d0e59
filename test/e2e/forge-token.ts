import { createPrivateKey, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlPlane } from '../testbed/connect-control-plane.ts';

/** Claims of a token about time, in seconds since 1970. */
export interface TokenTimes {
  readonly iat?: number;
  readonly nbf?: number;
  readonly exp?: number;
}

/** Signs the token of a ServiceAccount again, with other times, by the key of the API server. */
export async function forgeToken(
  { connection }: ControlPlane,
  token: string,
  times: TokenTimes,
): Promise<string> {
  const [head = '', claims = ''] = token.split('.');
  const key = createPrivateKey(await readFile(join(connection.folder, 'service-account.key')));
  const told = JSON.parse(Buffer.from(claims, 'base64url').toString()) as object;
  const body = Buffer.from(JSON.stringify({ ...told, ...times })).toString('base64url');
  const signature = sign('sha256', Buffer.from(`${head}.${body}`), { key, dsaEncoding: 'ieee-p1363' });
  return `${head}.${body}.${signature.toString('base64url')}`;
}
