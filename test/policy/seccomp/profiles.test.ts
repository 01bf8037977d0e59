import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compileProfile, profileFile } from '../../../src/policy/seccomp/compile-profile.ts';
import { isShippedProfile, SECCOMP_PROFILES } from '../../../src/policy/seccomp/profiles.ts';
import * as sets from '../../../src/policy/seccomp/system-calls.ts';
import { FORBIDDEN_NAMES } from './forbidden-system-calls.ts';
import { SHORT_LIST } from './short-list.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const NAMES = SECCOMP_PROFILES.map(({ name }) => name);

function allowed(name: string): readonly string[] {
  const definition = SECCOMP_PROFILES.find((one) => one.name === name);
  return definition === undefined ? [] : (compileProfile(definition).syscalls[0]?.names ?? []);
}

test('the sets have no duplicates', () => {
  for (const names of Object.values(sets)) expect(names).toEqual([...new Set(names)]);
});

describe.each(SECCOMP_PROFILES)('$name', (definition) => {
  const { name, creates } = definition;
  const compiled = compileProfile(definition);

  test('is the file of the chart, byte for byte', () => {
    const file = join(ROOT, 'charts/cloister/files/seccomp', `${name}.json`);
    expect(profileFile(definition)).toBe(readFileSync(file, 'utf8'));
  });

  test('refuses with EPERM what it does not name, and says what was measured', () => {
    expect(compiled).toMatchObject({
      comment: 'Measured on x86-64. Other architectures were not measured.',
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: 1,
      architectures: ['SCMP_ARCH_X86_64'],
    });
  });

  test('allows no forbidden name, whatever the condition', () => {
    const rules = compiled.syscalls.filter(({ action }) => action === 'SCMP_ACT_ALLOW');
    const names = new Set(rules.flatMap((rule) => rule.names));
    expect(FORBIDDEN_NAMES.filter((forbidden) => names.has(forbidden))).toEqual([]);
  });

  test('has sorted names, and each name in one kind of rule', () => {
    for (const { names } of compiled.syscalls) expect(names).toEqual([...new Set(names)].toSorted());
    const [plain, ...others] = compiled.syscalls;
    const conditional = others.flatMap(({ names }) => names);
    expect(plain?.names.filter((one) => conditional.includes(one))).toEqual([]);
  });

  test('has one condition a rule, as several on one argument mean OR', () => {
    for (const { args = [] } of compiled.syscalls) expect(args.length).toBeLessThanOrEqual(1);
  });

  test('opens sockets of four families only', () => {
    const rules = compiled.syscalls.filter(({ names }) => names.includes('socket'));
    expect(rules.map(({ action, args }) => [action, args])).toEqual(
      [1, 2, 10, 16].map((value) => ['SCMP_ACT_ALLOW', [{ index: 0, value, op: 'SCMP_CMP_EQ' }]]),
    );
  });

  test('creates no namespace, and a process only where it may', () => {
    const rules = compiled.syscalls.filter(({ names }) => names.includes('clone'));
    const [value, valueTwo] = creates === 'Threads' ? [0x7e03_0000, 0x1_0000] : [0x7e02_0000, 0];
    expect(rules).toEqual([
      {
        names: ['clone'],
        action: 'SCMP_ACT_ALLOW',
        args: [{ index: 0, value, valueTwo, op: 'SCMP_CMP_MASKED_EQ' }],
      },
    ]);
    const starts = ['fork', 'vfork'].filter((call) => allowed(name).includes(call));
    if (creates === 'Threads') expect(starts).toEqual([]);
  });

  test('lets libraries fall back from calls that are newer than they need', () => {
    const rules = compiled.syscalls.filter(({ action }) => action === 'SCMP_ACT_ERRNO');
    expect(rules).toEqual([
      { names: sets.NOT_IMPLEMENTED.toSorted(), action: 'SCMP_ACT_ERRNO', errnoRet: 38 },
    ]);
  });
});

test('the profiles have the sizes that were measured', () => {
  expect(Object.fromEntries(NAMES.map((name) => [name, allowed(name).length]))).toEqual({
    'static-agent': 155,
    'python-agent-nofork': 165,
    'node-agent-nofork': 169,
    'node-agent': 179,
    'python-agent': 203,
    'shell-agent': 215,
  });
});

test('the widest profile contains every other', () => {
  for (const name of NAMES) {
    expect(allowed(name).filter((call) => !allowed('shell-agent').includes(call))).toEqual([]);
  }
});

test.for(NAMES)('%s contains what the short list lacks', (name) => {
  const needed = ['arch_prctl', 'pread64', 'fstatfs', 'rt_sigprocmask', 'set_tid_address', 'getrandom'];
  expect(SHORT_LIST).toHaveLength(34);
  expect(needed.filter((call) => SHORT_LIST.includes(call))).toEqual([]);
  expect(allowed(name)).toEqual(expect.arrayContaining(needed));
});

test.for([
  ['python-agent', true],
  ['shell-agent', true],
  ['RuntimeDefault', false],
  ['python-agent.json', false],
  ['constructor', false],
  ['', false],
] as const)('"%s" is a shipped profile: %s', ([name, expected]) => {
  expect(isShippedProfile(name)).toBe(expected);
});

test('the documentation lists the profiles as they are', () => {
  const page = readFileSync(join(ROOT, 'docs', 'seccomp.md'), 'utf8');
  const rows = SECCOMP_PROFILES.map(({ name, summary, creates }) => {
    const listens = allowed(name).includes('listen') ? 'yes' : 'no';
    // With socket and clone.
    const size = allowed(name).length + 2;
    return `| \`${name}\` | ${summary} | ${creates === 'Threads' ? 'no' : 'yes'} | ${listens} | ${size} |`;
  });
  const table = /^\| profile .*\n\|[-|]+\n((?:\|.*\n)+)/m.exec(page)?.[1];
  expect(table?.trimEnd().split('\n')).toEqual(rows);
});
