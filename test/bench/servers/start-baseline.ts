import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCertificateAuthority, issueServingCertificate } from '../../../src/certificates/issue.ts';
import { answersOK } from '../../testbed/answers-ok.ts';
import { freePort } from '../../testbed/free-port.ts';
import { startServer } from '../../testbed/server-process.ts';
import { startWatchdog } from '../../testbed/start-watchdog.ts';
import { figureFlags, readFigures } from './figures.ts';
import type { MeasuredServer } from './measured-server.ts';

const ADDRESS = '127.0.0.1';
const READY_MILLISECONDS = 10_000;

/** The baseline webhook, with a certificate of the same kind as Cloister's, as a process of its own. */
export interface RunningBaseline extends MeasuredServer {
  readonly stop: () => Promise<void>;
}

/** Starts it, and resolves when it listens. */
export async function startBaseline(): Promise<RunningBaseline> {
  const folder = await mkdtemp(join(tmpdir(), 'cloister-baseline-'));
  const watchdog = startWatchdog();
  watchdog.folder(folder);
  const authority = await createCertificateAuthority(Date.now());
  const serving = await issueServingCertificate(authority, [ADDRESS], Date.now());
  const files = { certificate: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
  await writeFile(files.certificate, serving.certificate);
  await writeFile(files.key, serving.privateKey.reveal(), { mode: 0o600 });
  const [port, figuresPort] = [await freePort(ADDRESS), await freePort(ADDRESS)];
  const source = fileURLToPath(new URL('../baseline/express-allow-webhook.ts', import.meta.url));
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
  const stop = async (): Promise<void> => {
    await server.stop(0);
    await watchdog.close();
    await rm(folder, { recursive: true, force: true });
  };
  const isListening = () => answersOK(`http://${ADDRESS}:${figuresPort}/`);
  await server.ready(isListening, READY_MILLISECONDS);
  const target = {
    url: `https://${ADDRESS}:${port}`,
    authority: authority.certificate,
    path: '/decide?timeout=5s',
    token: null,
    content: 'Reviews',
    refuses: false,
  } as const;
  return { target, figures: (options) => readFigures(figuresPort, options), stop };
}
