import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../testbed/free-port.ts';
import { type MeasuredProcess, startMeasured } from './measured-process.ts';
import { writeServingCertificate } from './serving-certificate.ts';
import type { Servers } from './start-servers.ts';

/** Starts `test/bench/baseline/upstream-proxy.ts`, with a certificate of the same kind as the gateway's. */
export async function startUpstreamProxy(
  { ports, upstream }: Servers,
  folder: string,
): Promise<{
  readonly process: MeasuredProcess;
  readonly api: { readonly url: string; readonly authority: string };
}> {
  const { authority, files } = await writeServingCertificate(folder, 'upstream-proxy');
  const trusted = join(folder, 'upstream-authority.crt');
  await writeFile(trusted, upstream.authority);
  const port = await freePort('127.0.0.1');
  const process = await startMeasured({
    name: 'bare reverse proxy',
    program: '../baseline/upstream-proxy.ts',
    flags: [
      `--port=${port}`,
      `--certificate=${files.certificate}`,
      `--key=${files.key}`,
      `--upstream=${ports.upstream}`,
      `--authority=${trusted}`,
    ],
    folder,
  });
  return { process, api: { url: `https://127.0.0.1:${port}`, authority } };
}
