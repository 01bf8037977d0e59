import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { load } from 'js-yaml';
import { COMPOSE_FILE, CONFIGURATION_FILE, leafPointers, readOne } from '../convert/chapter-files.ts';
import { runCommand, writeFiles } from '../run-command.ts';

const TEXT = readFileSync(CONFIGURATION_FILE, 'utf8');
const convert = (...parameters: readonly string[]) => runCommand(['convert', ...parameters]);
const convertText = (stdin: string, ...parameters: readonly string[]) =>
  runCommand(['convert', '-', ...parameters], { stdin });

describe('cloister convert', () => {
  test('prints objects that cloister review accepts', async () => {
    const { code, out } = await convert(
      CONFIGURATION_FILE,
      '--compose',
      COMPOSE_FILE,
      '--image',
      'ghcr.io/acme/*',
    );
    expect(code).toBe(0);
    const review = await runCommand(['review', '-f', '-'], { stdin: out });
    expect(review).toMatchObject({ code: 0, error: '' });
    expect(review.out).toContain('3 roles and 1 tenant read');
  });

  test('has a line for each value on standard error, with its place', async () => {
    const { error } = await convert(CONFIGURATION_FILE);
    expect(error).toContain(
      `${CONFIGURATION_FILE}:26: security.network.allowed_domains[2] "google.com": Changed in form: `,
    );
    expect(error).toContain('not in the file: images that may run, so that no pod is admitted: --image');
    expect(error).toContain('TenantIsolation hermes: warning: this release stores but does not enforce');
  });

  test('prints the values of the chart, and as comments below the objects', async () => {
    const values = {
      vault: { address: 'https://vault.internal.company.com:443' },
      gateway: { audit: { retentionDays: 365 } },
    };
    const { out } = await convert(CONFIGURATION_FILE, '-o', 'values');
    expect(load(out)).toEqual(values);
    const comments = (await convert(CONFIGURATION_FILE)).out
      .split('\n')
      .filter((line) => line.startsWith('#'));
    expect(
      load(
        comments
          .slice(1)
          .map((line) => line.slice(2))
          .join('\n'),
      ),
    ).toEqual(values);
  });

  test('prints the account as a table, a row for each value', async () => {
    const { out, error } = await convert(CONFIGURATION_FILE, '--compose', COMPOSE_FILE, '-o', 'account');
    const rows = out.trimEnd().split('\n').slice(2);
    expect(rows.every((row) => /^\| .*:\d+ \| `.*` \| `.*` \| [A-Z][a-z ]+ \| .*\. \|$/.test(row))).toBe(
      true,
    );
    const values = [CONFIGURATION_FILE, COMPOSE_FILE].flatMap((file) => leafPointers(readOne(file)));
    expect(rows.length).toBe(values.length);
    expect(error).toBe('');
  });

  test('prints everything as JSON', async () => {
    const { out, error } = await convert(CONFIGURATION_FILE, '-o', 'json');
    expect(error).toBe('');
    expect(JSON.parse(out)).toMatchObject({
      objects: [
        { kind: 'AgentRole' },
        { kind: 'AgentRole' },
        { kind: 'AgentRole' },
        { kind: 'TenantIsolation' },
      ],
      chartValues: { gateway: {} },
      account: expect.arrayContaining([
        {
          file: CONFIGURATION_FILE,
          line: 22,
          field: 'security.network.mode',
          value: '"whitelist"',
          outcome: 'TakenOver',
          becomes: expect.any(String),
        },
      ]),
    });
  });

  test('takes from options what the file does not say', async () => {
    const options = {
      '--tenant': 'acme',
      '-n': 'agents',
      '--image': 'ghcr.io/acme/*',
      '--model': 'gpt-4o',
      '--approvers': 'sre',
      '--database': 'db.acme.example:5433/app',
      '--table': 'notes',
      '--storage-class': 'fast',
    };
    const { out, error } = await convert(CONFIGURATION_FILE, ...Object.entries(options).flat());
    for (const text of [
      'name: acme',
      'name: agents',
      'ghcr.io/acme/*',
      'gpt-4o',
      'group: sre',
      'db.acme.example',
      'port: 5433',
      'database: app',
      'public.notes',
      'fast',
    ])
      expect(out).toContain(text);
    expect(error).not.toContain('not in the file');
  });
});

describe('cloister convert ends with 2, prints no object and says why', () => {
  const refused = async (stdin: string, parameters: readonly string[] = []) => {
    const outcome = await convertText(stdin, ...parameters);
    expect(outcome).toMatchObject({ code: 2, out: '' });
    return outcome.error;
  };

  test.for<[string, string, string]>([
    ['a field that is not known', TEXT.replace('log_level', 'loglevel'), 'did you mean "log_level"?'],
    [
      'a value that is none',
      TEXT.replace('whitelist', 'blacklist'),
      '-:22: security.network.mode: Not understood: must be "whitelist"',
    ],
    ['YAML that cannot be read', 'security: {a: [}', '-:1: cannot be converted: '],
    [
      'a mapping with a key twice',
      TEXT.replace('    type: docker', '    type: docker\n    type: docker'),
      'appears twice',
    ],
    ['two documents', `${TEXT}---\n${TEXT}`, 'it is a second document; give a file with one'],
    ['no document', '# nothing\n', 'stdin holds no object'],
    ['nothing', '', 'is empty'],
    ['a list', '- security\n', 'the document is a list'],
    ['a text', 'security\n', 'the document is the string'],
    ['a file for Docker Compose', readFileSync(COMPOSE_FILE, 'utf8'), 'has no section security'],
    ['a manifest', 'kind: Pod\n', 'has no section security'],
    ['more than a mebibyte', `# ${'x'.repeat(2 ** 20)}\n${TEXT}`, 'and the limit for one file is 1048576'],
    ['thousands of values', `security: {a: [${'1,'.repeat(6000)}]}`, 'has more than 2000 values'],
    ['deep nesting', `security: ${'['.repeat(40)}${']'.repeat(40)}`, 'nested more than 16 levels'],
    ['very deep nesting', `security: ${'['.repeat(100_000)}`, 'cannot be converted'],
    [
      'an alias bomb',
      `a: &a [${'x,'.repeat(50)}]\nb: &b [${'*a,'.repeat(50)}]\nc: &c [${'*b,'.repeat(50)}]\nsecurity: [${'*c,'.repeat(50)}]`,
      'cannot be converted',
    ],
    ['NUL', 'security: {}\0', 'is binary'],
    [
      'more hosts than a tool may list',
      TEXT.replace('- google.com', Array.from({ length: 17 }, (_, n) => `- h${n}.example`).join('\n      ')),
      'the AgentRole "data-analyst" that it becomes cannot be used',
    ],
  ])('%s', async ([, text, message]) => {
    expect(await refused(text)).toContain(message);
  });

  test.for<[string, readonly string[], string]>([
    [
      'a tenant whose name is none',
      ['--tenant', 'A b'],
      'the TenantIsolation "A b" that it becomes cannot be used: metadata.name is "A b"',
    ],
    ['a namespace that cannot be enrolled', ['-n', 'kube-system'], 'must not be default, kube-*'],
    ['a database without a port', ['--database', 'db.example/app'], 'Give host:port/name'],
    ['a database at an address', ['--database', '10.0.0.1:5432/app'], 'not an address'],
    ['a file for Docker Compose that is not there', ['--compose', '/nonexistent.yml'], 'does not exist'],
    ['a format that is none', ['-o', 'xml'], 'Allowed choices are yaml, values, account, json'],
  ])('%s', async ([, parameters, message]) => {
    expect(await refused(TEXT, parameters)).toContain(message);
  });

  test('more than one container', async () => {
    const folder = writeFiles({ 'compose.yml': 'services: {a: {user: "1"}, b: {user: "2"}}\n' });
    expect(await refused(TEXT, ['--compose', `${folder}/compose.yml`])).toContain('more than one container');
  });

  test('a name that a terminal would obey is shown escaped', async () => {
    const error = await refused(`security:\n  "\\e[2Jx\\n": 1\n`);
    expect(error).toContain('is no field of this file');
    expect(error).not.toContain('\u001B');
  });

  test('JSON has the account all the same', async () => {
    const { code, out } = await convertText(TEXT.replace('whitelist', 'blacklist'), '-o', 'json');
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ objects: [], chartValues: null });
  });
});
