import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../src/policy/admission/checks/index.ts';
import { runCommand } from './run-command.ts';

describe('help', () => {
  test.for([
    [],
    ['review'],
    ['harden'],
    ['render'],
    ['explain'],
    ['convert'],
    ['get'],
    ['quarantine'],
    ['release'],
    ['doctor'],
    ['vault', 'policy'],
    ['completion'],
    ['version'],
  ] as const)('cloister %s --help has not changed unseen', async (command) => {
    const { code, out } = await runCommand([...command, '--help']);
    expect(code).toBe(0);
    expect(out).toContain('Examples:');
    expect(out).toMatchSnapshot();
  });
});

describe('a wrong command line is unusable input, and the message says why', () => {
  test.for([
    ['an unknown command', ['reveiw'], 'Did you mean review?'],
    ['an unknown option', ['review', '-f', 'x', '--rolle', 'x'], 'Did you mean --role?'],
    ['a missing option', ['review'], "required option '-f, --filename <path...>' not specified"],
    ['an unknown format', ['review', '-f', 'x', '-o', 'xml'], 'Allowed choices are text, json, sarif'],
    ['too many arguments', ['version', 'x'], 'too many arguments'],
    ['an unknown check', ['explain', 'privilegd'], 'did you mean privileged?'],
    ['a target that is none', ['quarantine', 'sandbox/x', '--reason', 'x'], 'must be all, tenant/NAME'],
    ['a quarantine without a reason', ['quarantine', 'all'], "required option '--reason <text>'"],
    [
      'an empty reason',
      ['quarantine', 'all', '--reason', ''],
      'error: --reason is ""; must have 1 to 1024 characters. Say why',
    ],
    [
      'a name that is none',
      ['quarantine', 'all', '--reason', 'x', '--name', 'A b'],
      'error: --name is "A b"; must be 1 to 63 lower-case letters, digits and "-"',
    ],
    [
      'a target with a name that is none',
      ['quarantine', 'role/Data_Analyst', '--reason', 'x'],
      'The name "Data_Analyst" must be 1 to 63 lower-case letters',
    ],
    [
      'an image that is none',
      ['render', '-f', 'x', '--gateway-image', 'a b'],
      "'--gateway-image <image>' argument 'a b' is invalid. Name an image",
    ],
    [
      'a kubeconfig that is not there',
      ['get', 'tenants', '--kubeconfig', '/nowhere/absent'],
      'error: cannot read the kubeconfig /nowhere/absent: ENOENT: no such file or directory',
    ],
    [
      'a missing argument',
      ['quarantine', '--reason', 'x'],
      'To see what it takes: cloister quarantine --help',
    ],
    [
      'the namespace of a kind that has none',
      ['get', 'tenants', '-n', 'x'],
      'error: --namespace is "x", but tenants have no namespace; leave it out',
    ],
    [
      'one namespace and all',
      ['get', 'sandboxes', '-A', '-n', 'x'],
      'error: --namespace is "x", but --all-namespaces is given too; leave one of them out',
    ],
    [
      'an address of Vault that is none, for doctor',
      ['doctor', '--vault-address', 'vault:8200'],
      "'--vault-address <url>' argument 'vault:8200' is invalid. It must be an https:// URL",
    ],
    [
      'an address of Vault that others read, for a sweep',
      ['vault', 'sweep', '--vault-address', 'http://vault.example.com'],
      "'--vault-address <url>' argument 'http://vault.example.com' is invalid. It must be an https:// URL",
    ],
    ['no name to release', ['release'], "missing required argument 'names'"],
    ['a missing option of a command below', ['vault', 'policy'], 'cloister vault policy --help'],
    ['nothing', [], 'Usage: cloister'],
  ] as const)('%s', async ([, args, message]) => {
    const { code, out, error } = await runCommand(args);
    expect(code).toBe(2);
    expect(error).toContain(message);
    expect(out).toBe('');
  });
});

describe('cloister explain', () => {
  test('lists every check', async () => {
    const { code, out } = await runCommand(['explain']);
    expect(code).toBe(0);
    for (const { name, summary } of CHECKS)
      expect(out).toMatch(new RegExp(`^${name} +${summary[0] ?? ''}`, 'm'));
  });

  test.for([...CHECKS.map(({ name }) => name), 'access'])('prints everything about %s', async (name) => {
    const { code, out } = await runCommand(['explain', name]);
    expect(code).toBe(0);
    for (const title of ['requires', 'why', 'reads', 'needs', 'enforced by', 'upstream', 'level']) {
      expect(out).toMatch(new RegExp(`^  ${title} +\\S`, 'm'));
    }
  });
});

test('cloister version prints its own and that of the kinds', async () => {
  expect(await runCommand(['version'])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^cloister \d+\.\d+\.\d+\nkinds {4}cloister\.dev\/v1alpha1\n$/),
  });
});
