import { mkdtempSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CertificateAuthority, issueServingCertificate } from '../../src/certificates/issue.ts';
import { GATE_PROTOCOL } from '../../src/lib/gate-protocol.ts';

/** A folder as the kubelet mounts a Secret: links to a folder that is swapped as a whole. */
export interface CertificateVolume {
  readonly folder: string;
  /** Swaps the files for these. */
  readonly write: (files: Readonly<Record<string, string>>) => void;
  readonly remove: () => void;
}

export function createCertificateVolume(): CertificateVolume {
  const folder = mkdtempSync(join(tmpdir(), 'cloister-certificate-'));
  let version = 0;
  for (const name of ['tls.crt', 'tls.key']) symlinkSync(join('..data', name), join(folder, name));
  return {
    folder,
    write: (files) => {
      version += 1;
      mkdirSync(join(folder, `..${version}`));
      for (const [name, text] of Object.entries(files))
        writeFileSync(join(folder, `..${version}`, name), text);
      symlinkSync(`..${version}`, join(folder, '..data_tmp'));
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Issues a certificate and its key, as the files of the volume. */
export async function issueFiles(
  authority: CertificateAuthority,
  host: string = GATE_PROTOCOL.host,
): Promise<{ readonly 'tls.crt': string; readonly 'tls.key': string }> {
  const { certificate, privateKey } = await issueServingCertificate(authority, [host], Date.now());
  return { 'tls.crt': certificate, 'tls.key': privateKey.reveal() };
}
