import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { runCommand, writeFiles } from '../run-command.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
const COMMANDS = ['review', 'harden', 'render', 'explain', 'get', 'doctor', 'completion', 'version'] as const;

async function scriptOf(shell: string): Promise<string> {
  const { code, out } = await runCommand(['completion', shell]);
  expect(code).toBe(0);
  return join(writeFiles({ script: out }), 'script');
}

const isInstalled = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;

/** The options that the help of a command lists. */
async function optionsOf(command: string): Promise<readonly string[]> {
  const { out } = await runCommand([command, '--help']);
  return [...out.matchAll(/^ {2}(-\w), (--[\w-]+)|^ {2}(--[\w-]+)/gm)].flatMap(([, short, long, only]) =>
    [short, long, only].filter((flag) => flag !== undefined),
  );
}

/** What bash offers for the words of a command line, the last of which is being typed. */
function completeInBash(script: string, words: readonly string[], folder = '.'): readonly string[] {
  const program = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _cloister; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const args = ['--norc', '-c', program, 'bash', script, 'cloister', ...words];
  const out = execFileSync('bash', args, { encoding: 'utf8', cwd: folder });
  return out.split('\n').filter((line) => line !== '');
}

describe('bash completes', () => {
  const FILES = { 'role.yaml': '', 'my pod.yaml': '' };
  test.for([
    ['commands', ['re'], ['review', 'render', 'release']],
    ['options', ['review', '--st'], ['--start-gate-digest', '--strict']],
    ['the formats of a command', ['review', '-o', ''], ['text', 'json', 'sarif']],
    ['those of another', ['render', '--output', 'j'], ['json']],
    ['a format behind an equals sign', ['get', '--output', '=', 'wi'], ['wide']],
    ['a format right behind an equals sign', ['render', '--output', '='], ['yaml', 'json']],
    ['checks', ['review', '-f', 'role.yaml', '--check', 'privil'], ['privileged', 'privilege-escalation']],
    ['checks to explain', ['explain', 'privileg'], ['privileged', 'privilege-escalation']],
    ['kinds to list', ['get', ''], ['sandboxes', 'tenants', 'roles', 'quarantines']],
    ['shells', ['completion', 'z'], ['zsh']],
    ['commands of a group', ['vault', ''], ['policy', 'sweep']],
    ['options of a command of a group', ['vault', 'policy', '--fi'], ['--filename']],
    ['options of another command of the group', ['vault', 'sweep', '--y'], ['--yes']],
    ['commands to get help for', ['help', 'doc'], ['doctor']],
    ['files, with spaces too', ['review', '-f', 'my'], ['my pod.yaml']],
    ['further files of the same option', ['review', '-f', 'my pod.yaml', 'ro'], ['role.yaml']],
    ['no names that only the input knows', ['review', '--role', ''], []],
    ['nothing of an unknown command', ['reveiw', '--'], []],
  ] as const)('%s', async ([, words, expected]) => {
    const found = completeInBash(await scriptOf('bash'), words, writeFiles(FILES));
    expect(found.toSorted()).toEqual([...expected].toSorted());
  });

  test.for(COMMANDS)('every option of %s', async (command) => {
    const options = await optionsOf(command);
    expect(options).toContain('--help');
    expect(completeInBash(await scriptOf('bash'), [command, '-']).toSorted()).toEqual(options.toSorted());
  });
});

describe.runIf(isInstalled('fish'))('fish completes', () => {
  test.for([
    ['commands', 'cloister rev', ['review']],
    ['options', 'cloister review --str', ['--strict']],
    ['formats', 'cloister review -o ', ['json', 'sarif', 'text']],
    ['kinds to list', 'cloister get ', ['quarantines', 'roles', 'sandboxes', 'tenants']],
  ] as const)('%s', async ([, line, expected]) => {
    const program = `source '${await scriptOf('fish')}'; complete -C '${line}'`;
    const out = execFileSync('fish', ['--no-config', '-c', program], { encoding: 'utf8' });
    expect(
      out
        .trim()
        .split('\n')
        .map((one) => one.split('\t')[0]),
    ).toEqual(expected);
  });
});

describe.each(SHELLS)('the script for %s', (shell) => {
  let script = '';
  beforeAll(async () => {
    script = (await runCommand(['completion', shell])).out;
  });

  test('names every command', () => {
    for (const command of COMMANDS) expect(script).toMatch(new RegExp(`\\b${command}\\b`));
  });

  test.runIf(isInstalled(shell))('has no fault of syntax', () => {
    const file = join(writeFiles({ script }), 'script');
    expect(spawnSync(shell, ['-n', file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });
});

test('another shell is refused', async () => {
  const { code, error } = await runCommand(['completion', 'tcsh']);
  expect(error).toContain('Allowed choices are bash, zsh, fish');
  expect(code).toBe(2);
});
