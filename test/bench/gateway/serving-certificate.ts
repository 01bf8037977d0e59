import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GATEWAY } from '../../../src/api/names.ts';
import { createCertificateAuthority, issueServingCertificate } from '../../../src/certificates/issue.ts';

/** Where a server's certificate is, and who vouches for it. */
export interface WrittenCertificate {
  /** PEM */
  readonly authority: string;
  /** Has `tls.crt` and `tls.key`, as a mounted Secret has. */
  readonly folder: string;
  readonly files: { readonly certificate: string; readonly key: string };
}

/** Makes a certificate for the gateway and for 127.0.0.1, and writes it to a folder of this name. */
export async function writeServingCertificate(parent: string, name: string): Promise<WrittenCertificate> {
  const folder = join(parent, `certificate-of-${name}`);
  await mkdir(folder);
  const authority = await createCertificateAuthority(Date.now());
  const serving = await issueServingCertificate(authority, [GATEWAY.name, '127.0.0.1'], Date.now());
  const files = { certificate: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
  await writeFile(files.certificate, serving.certificate);
  await writeFile(files.key, serving.privateKey.reveal(), { mode: 0o600 });
  return { authority: authority.certificate, folder, files };
}
