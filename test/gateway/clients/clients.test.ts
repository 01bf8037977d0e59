import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { canRun } from '../../testbed/can-run.ts';
import { useProxy } from '../use-proxy.ts';
import { missingClients, PYTHON } from './missing-clients.ts';
import { startPodEnvironment } from './pod-environment.ts';
import { type ClientResult, runClient } from './run-client.ts';
import { GREETING, writeServedFiles } from './served-files.ts';
import { createStaticSite, type StaticSite } from './static-site.ts';

const ALLOWED = 'packages.example.com';
const REFUSED = 'elsewhere.example.com';
const ADDRESS = '203.0.114.10';

const PAGE = `https://${ALLOWED}/greeting`;
const OTHER_PAGE = `https://${REFUSED}/greeting`;

const requests = (url: string): string[] => [
  PYTHON,
  '-c',
  'import requests, sys; print(requests.get(sys.argv[1]).text)',
  url,
];

const AIOHTTP = `
import aiohttp, asyncio, sys
async def main():
    async with aiohttp.ClientSession(trust_env=True) as session:
        async with session.get(sys.argv[1]) as response:
            print(await response.text())
asyncio.run(main())
`;

const FETCH = 'fetch(process.argv[1]).then((r) => r.text()).then((text) => console.log(text))';

describe.runIf(canRun('the tests of clients behind the gateway', missingClients()))(
  'behind the gateway, with the environment that a pod gets',
  () => {
    const gateway = useProxy((spec) => {
      spec.network.allow = [{ host: ALLOWED, ports: [443] }] as typeof spec.network.allow;
    });
    let folder = '';
    let site: StaticSite;
    let run: (...command: string[]) => Promise<ClientResult>;
    let stop: () => void;

    beforeAll(async () => {
      const served = mkdtempSync(join(tmpdir(), 'cloister-site-'));
      site = createStaticSite(writeServedFiles(served));
      await gateway.world.serve(ALLOWED, ADDRESS, site.serve);
      afterAll(() => rmSync(served, { recursive: true }));
    });
    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'cloister-client-'));
      const authority = gateway.authority.certificate;
      const environment = await startPodEnvironment(gateway.access, { folder, authority });
      run = (...command) => runClient(command, { environment: environment.variables, folder });
      stop = () => {
        environment.stop();
        rmSync(folder, { recursive: true });
      };
      return () => stop();
    });

    test.for<readonly [string, (url: string) => string[]]>([
      ['curl', (url) => ['curl', '--silent', '--show-error', '--fail', url]],
      ['requests of Python', requests],
      ['aiohttp of Python, told to trust the environment,', (url) => [PYTHON, '-c', AIOHTTP, url]],
      ['fetch of Node', (url) => [process.execPath, '--input-type=module', '--eval', FETCH, url]],
    ])('%s reads a page of an allowed host, and none of another', async ([, command]) => {
      const allowed = await run(...command(PAGE));
      expect(allowed).toMatchObject({ code: 0, output: expect.stringContaining(GREETING) as string });
      const refused = await run(...command(OTHER_PAGE));
      expect(refused.code).not.toBe(0);
      expect(refused.errors).toMatch(/403/);
      expect(gateway.world.resolved).not.toContain(REFUSED);
    });

    test('git clones a repository', async () => {
      const { code, errors } = await run(
        'git',
        'clone',
        '--quiet',
        `https://${ALLOWED}/sample.git`,
        'sample',
      );
      expect({ code, errors }).toEqual({ code: 0, errors: '' });
      expect(readFileSync(join(folder, 'sample', 'README'), 'utf8')).toBe(GREETING);
    });

    test('pip installs a package', async () => {
      const index = `--index-url=https://${ALLOWED}/simple`;
      const options = ['--no-cache-dir', '--disable-pip-version-check', '--target=packages'];
      const { code, errors } = await run(PYTHON, '-m', 'pip', 'install', ...options, index, 'sample');
      expect({ code, errors }).toMatchObject({ code: 0 });
      expect(readFileSync(join(folder, 'packages', 'sample.py'), 'utf8')).toContain(GREETING);
    });

    test('npm installs a package', async () => {
      const options = ['--no-audit', '--no-fund', '--no-update-notifier', '--ignore-scripts'];
      const registry = `--registry=https://${ALLOWED}/`;
      const { code, errors } = await run('npm', 'install', ...options, registry, 'sample-npm');
      expect({ code, errors }).toMatchObject({ code: 0 });
      expect(readFileSync(join(folder, 'node_modules', 'sample-npm', 'index.js'), 'utf8')).toContain(
        GREETING,
      );
    });

    test('plain HTTP is refused, and the answer says what to do', async () => {
      const { output } = await run(
        'curl',
        '--silent',
        '--write-out',
        '%{http_code}',
        `http://${ALLOWED}/greeting`,
      );
      expect(output).toMatch(/403$/);
      expect(output).toContain('https://');
    });

    test('the secret of the pod reaches no host', async () => {
      const { code } = await run('curl', '--silent', '--fail', PAGE);
      expect(code).toBe(0);
      expect(site.proofs).toEqual([]);
    });
  },
);
