import { freePort } from '../../testbed/free-port.ts';
import { type MeasuredProcess, startMeasured } from './measured-process.ts';
import { writeServingCertificate } from './serving-certificate.ts';

/** Starts `test/bench/baseline/express-authorize.ts`, with a certificate of the same kind as the gateway's. */
export async function startExpress(folder: string): Promise<{
  readonly process: MeasuredProcess;
  readonly api: { readonly url: string; readonly authority: string };
}> {
  const { authority, files } = await writeServingCertificate(folder, 'express');
  const port = await freePort('127.0.0.1');
  const process = await startMeasured({
    name: 'express handler',
    program: '../baseline/express-authorize.ts',
    flags: [`--port=${port}`, `--certificate=${files.certificate}`, `--key=${files.key}`],
    folder,
  });
  return { process, api: { url: `https://127.0.0.1:${port}`, authority } };
}
