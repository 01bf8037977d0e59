import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { canRun } from '../../../testbed/can-run.ts';
import { missingClients, PYTHON } from '../missing-clients.ts';
import { type ClientResult, runClient } from '../run-client.ts';
import { GREETING, writeServedFiles } from '../served-files.ts';
import { createFileVendor, createGitHub, createGitVendor, createS3 } from './file-vendors.ts';
import { createAnthropic, createOpenAI, SAID } from './model-vendors.ts';
import { hostOf, valuesOf } from './sdk-role.ts';
import { findForms } from './secret-forms.ts';
import { useSDKs } from './use-sdks.ts';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const basic = (login: string): string => `Basic ${Buffer.from(login).toString('base64')}`;

const served = mkdtempSync(join(tmpdir(), 'cloister-served-'));
const prepareVendors = () => {
  const site = writeServedFiles(served);
  const { accessKeyId = '', secretAccessKey = '' } = valuesOf('s3');
  return {
    openai: createOpenAI(),
    anthropic: createAnthropic(),
    github: createGitHub(hostOf('github')),
    s3: createS3({ accessKeyId, secretAccessKey }),
    git: createGitVendor(site, basic(`${valuesOf('git')['username']}:${valuesOf('git')['password']}`)),
    pypi: createFileVendor(site, basic(valuesOf('pypi')['value'] ?? '')),
    npm: createFileVendor(site, `Bearer ${valuesOf('npm')['value']}`),
  };
};

describe.runIf(canRun('the tests of SDKs behind the gateway', missingClients()))(
  'behind the gateway, with the environment that a pod gets,',
  () => {
    let vendors: ReturnType<typeof prepareVendors>;
    const sandbox = useSDKs(() => (vendors = prepareVendors()));
    afterAll(() => rmSync(served, { recursive: true }));
    let folder = '';
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'cloister-client-'));
      for (const { received } of Object.values(vendors)) received.length = 0;
      return () => rmSync(folder, { recursive: true });
    });

    const run = async (command: readonly string[], more: Readonly<Record<string, string>> = {}) => {
      const environment = { ...sandbox.environment, ...more };
      const result = await runClient(command, { environment, folder });
      expectNoKey({ environment, result });
      return result;
    };
    const node = (file: string, act: string) =>
      run([process.execPath, '--disable-warning=ExperimentalWarning', here(file), act]);

    /** Looks for each key of a vendor in all that the client had, and for the proxy secret in all that a vendor got. */
    const expectNoKey = (had: { environment: object; result: ClientResult }): void => {
      const files = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
      const all = [JSON.stringify(had.environment), had.result.output, had.result.errors, ...files].join(
        '\n',
      );
      const keys = Object.keys(vendors).flatMap((name) => Object.values(valuesOf(name)));
      expect(keys.flatMap((key) => findForms(key, all))).toEqual([]);
      const received = Object.values(vendors).flatMap((vendor) => vendor.received);
      const got = received.map(({ url, rawHeaders, body }) =>
        [url, ...rawHeaders, body.toString('latin1')].join('\n'),
      );
      expect(findForms(sandbox.proxySecret, got.join('\n'))).toEqual([]);
    };

    const expectOutput = (result: ClientResult, output: string): void =>
      expect(result).toEqual({ code: 0, output, errors: '' });

    describe('the SDK of OpenAI', () => {
      test.for(['chat', 'stream', 'responses'])('%s: the key is added', async (act) => {
        const result = await node('ask-openai.ts', act);
        expect(result).toMatchObject({ code: 0, output: expect.stringContaining(SAID) as string });
        const [request, ...others] = vendors.openai.received;
        expect(request?.headers.authorization).toBe(`Bearer ${valuesOf('openai')['value']}`);
        expect(others).toEqual([]);
      });

      test.for([
        ['other-model', 'ModelNotAllowed'],
        ['hosted-tool', 'HostedToolNotAllowed'],
        ['too-many-tokens', 'OutputTokensNotAllowed'],
      ] as const)('%s: is refused, and the SDK says why', async ([act, reason]) => {
        const { code, errors } = await node('ask-openai.ts', act);
        expect(code).not.toBe(0);
        expect(errors).toMatch(/PermissionDeniedError: 403 .*must/);
        expect(errors).toContain(reason);
        expect(vendors.openai.received).toEqual([]);
      });
    });

    describe('the SDK of Anthropic', () => {
      test.for(['messages', 'stream'])('%s: the key is added', async (act) => {
        const result = await node('ask-anthropic.ts', act);
        expect(result).toMatchObject({ code: 0, output: expect.stringContaining(SAID) as string });
        const [request, ...others] = vendors.anthropic.received;
        expect(request?.headers).toMatchObject({ 'x-api-key': valuesOf('anthropic')['value'] });
        expect(request?.headers).not.toHaveProperty('authorization');
        expect(others).toEqual([]);
      });

      test.for([
        ['other-model', 'ModelNotAllowed'],
        ['hosted-tool', 'HostedToolNotAllowed'],
      ] as const)('%s: is refused, and the SDK says why', async ([act, reason]) => {
        const { code, errors } = await node('ask-anthropic.ts', act);
        expect(code).not.toBe(0);
        expect(errors).toMatch(/PermissionDeniedError: 403 .*must/);
        expect(errors).toContain(reason);
        expect(vendors.anthropic.received).toEqual([]);
      });
    });

    describe('Octokit', () => {
      test.for([
        ['repository', '"acme/sample"', 1],
        ['all-issues', '["issue 1","issue 2"]', 2],
        ['new-issue', '"An issue"', 1],
        ['graphql', '{"viewer":{"login":"octo"}}', 1],
      ] as const)('%s: the key is added', async ([act, output, requests]) => {
        expectOutput(await node('ask-github.ts', act), output);
        const keys = vendors.github.received.map(({ headers }) => headers.authorization);
        expect(keys).toEqual(Array.from({ length: requests }, () => `Bearer ${valuesOf('github')['value']}`));
      });

      test('another path is refused, and Octokit says why', async () => {
        const { code, errors } = await node('ask-github.ts', 'other-path');
        expect(code).not.toBe(0);
        expect(errors).toContain('PathNotAllowed');
        expect(vendors.github.received).toEqual([]);
      });
    });

    test('boto3 puts, gets and lists objects, which the gateway signs anew', async () => {
      const python = (...words: string[]) => run([PYTHON, here('ask_s3.py'), ...words]);
      const key = 'may/a b+c.csv';
      expectOutput(await python('put', key, GREETING), '"of-the-object"\n');
      expectOutput(await python('get', key, ''), `${GREETING}\n`);
      expectOutput(await python('list', 'may/', ''), `['may/a%20b%2Bc.csv']\n`);
      expect(vendors.s3.received.map(({ method }) => method)).toEqual(['PUT', 'GET', 'GET']);
    });

    test('git clones a repository over HTTPS', async () => {
      const upstream = `${urlOf('git')}/`;
      const header = `Authorization: Bearer ${sandbox.proxySecret}`;
      const settings = [
        [`url.${upstream}.insteadOf`, `https://${hostOf('git')}/`],
        [`http.${upstream}.extraHeader`, header],
      ] as const;
      const more = settings.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]);
      const command = ['git', 'clone', '--quiet', `https://${hostOf('git')}/sample.git`, 'sample'];
      const result = await run(command, {
        GIT_CONFIG_COUNT: String(settings.length),
        ...(Object.fromEntries(more) as Record<string, string>),
      });
      expectOutput(result, '');
      expect(readFileSync(join(folder, 'sample', 'README'), 'utf8')).toBe(GREETING);
      expect(vendors.git.received.map(({ method }) => method)).toContain('POST');
    });

    test('pip downloads a package', async () => {
      const index = new URL(`${urlOf('pypi')}/simple`);
      [index.username, index.password] = ['agent', sandbox.proxySecret];
      const options = ['--no-cache-dir', '--disable-pip-version-check', '--no-deps'];
      const command = [PYTHON, '-m', 'pip', 'download', ...options, 'sample'];
      const { code, errors } = await run(command, { PIP_INDEX_URL: index.href });
      expect(code, errors).toBe(0);
      expect(readdirSync(folder)).toContain('sample-1.0-py3-none-any.whl');
      expect(vendors.pypi.received).toHaveLength(2);
    });

    test('npm installs a package', async () => {
      const registry = `${urlOf('npm')}/`;
      const token = `${registry.replace('https:', '')}:_authToken=\${CLOISTER_PROXY_SECRET}\n`;
      writeFileSync(join(folder, '.npmrc'), token);
      const options = ['--no-audit', '--no-fund', '--no-update-notifier', '--fetch-retry-mintimeout=100'];
      const { code, errors } = await run(['npm', 'install', ...options, 'sample-npm'], {
        npm_config_registry: registry,
        // The registry names another host in its answers than it is asked at.
        npm_config_replace_registry_host: 'always',
      });
      expect(code, errors).toBe(0);
      const file = join(folder, 'node_modules', 'sample-npm', 'index.js');
      expect(readFileSync(file, 'utf8')).toContain(GREETING);
      expect(vendors.npm.received).toHaveLength(2);
    });

    /** Where the gateway has an upstream, by what the operator has set for another. */
    const urlOf = (name: string): string =>
      (sandbox.environment['ANTHROPIC_BASE_URL'] ?? '').replace(/[^/]+$/, name);
  },
);
