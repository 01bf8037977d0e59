import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCertificateAuthority, issueServingCertificate } from '../../../src/certificates/issue.ts';
import { answersOK } from '../../testbed/answers-ok.ts';
import { freePort } from '../../testbed/free-port.ts';
import { startServer } from '../../testbed/server-process.ts';
import { startWatchdog } from '../../testbed/start-watchdog.ts';
import type { Bench } from '../bar.ts';
import { reviewExchanges } from '../exchanges.ts';
import { figureFlags, type MeasuredServer, measuredServer } from './measured-server.ts';

const ADDRESS = '127.0.0.1';
const READY_MILLISECONDS = 10_000;

/** Starts `express-allow-webhook.ts` as a process of its own, with a certificate of the same kind as Cloister's. */
export async function startBaseline({ report, atEnd }: Bench): Promise<MeasuredServer> {
  report('starting the baseline webhook');
  const folder = await mkdtemp(join(tmpdir(), 'cloister-baseline-'));
  const watchdog = startWatchdog();
  watchdog.folder(folder);
  atEnd(async () => {
    await watchdog.close();
    await rm(folder, { recursive: true, force: true });
  });
  const authority = await createCertificateAuthority(Date.now());
  const serving = await issueServingCertificate(authority, [ADDRESS], Date.now());
  const files = { certificate: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
  await writeFile(files.certificate, serving.certificate);
  await writeFile(files.key, serving.privateKey.reveal(), { mode: 0o600 });
  const [port, figuresPort] = [await freePort(ADDRESS), await freePort(ADDRESS)];
  const source = fileURLToPath(new URL('express-allow-webhook.ts', import.meta.url));
  const flags = [`--port=${port}`, `--certificate=${files.certificate}`, `--key=${files.key}`];
  const server = await startServer(
    {
      name: 'baseline webhook',
      program: process.execPath,
      args: [...figureFlags(figuresPort), source, ...flags],
      log: join(folder, 'baseline.log'),
    },
    watchdog,
  );
  await server.ready(() => answersOK(`http://${ADDRESS}:${figuresPort}/`), READY_MILLISECONDS);
  const target = {
    url: `https://${ADDRESS}:${port}`,
    authority: authority.certificate,
    path: '/decide?timeout=5s',
    token: null,
    exchanges: reviewExchanges({ isAllAllowed: true }),
  };
  return measuredServer(target, figuresPort);
}
