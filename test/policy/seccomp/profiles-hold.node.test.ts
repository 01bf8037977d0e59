import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileProfile, type OCISeccomp } from '../../../src/policy/seccomp/compile-profile.ts';
import { SECCOMP_PROFILES } from '../../../src/policy/seccomp/profiles.ts';
import { BASE } from '../../../src/policy/seccomp/system-calls.ts';
import { canRun } from '../../testbed/can-run.ts';
import { BUSYBOX } from '../../testbed/node/test-image.ts';
import { FORBIDDEN_SYSTEM_CALLS, probeArgument } from './forbidden-system-calls.ts';
import { prepareProfileContainer, type ProfileContainer, WORKLOAD_FOLDER } from './profile-container.ts';
import { SHORT_LIST } from './short-list.ts';

let container: ProfileContainer;

beforeAll(async () => {
  container = await prepareProfileContainer();
});

afterAll(() => container?.remove());

const NAMES = SECCOMP_PROFILES.map(({ name }) => name);
const EPERM = 1;
const ENOSYS = 38;
/** No call of the kernel fails with it here, so that a refusal of the filter is told from one of the kernel. */
const ENOMEDIUM = 123;

function profile(name: string): OCISeccomp {
  const definition = SECCOMP_PROFILES.find((one) => one.name === name);
  if (definition === undefined) throw new Error(`there is no profile ${name}`);
  return compileProfile(definition);
}

const PROBE = `${WORKLOAD_FOLDER}/system-calls`;

/** Makes system calls under a profile, and returns their error numbers. */
async function errorNumbers(under: object | null, calls: readonly string[]): Promise<Record<string, number>> {
  const { stdout, stderr } = await container.run(under, [PROBE, ...calls]);
  const printed = stdout.trim().split('\n');
  if (printed.length !== calls.length) throw new Error(`the probe printed ${stdout}${stderr}`);
  const pairs = printed.map((line) => line.split(' '));
  return Object.fromEntries(pairs.map(([label, value]) => [label, Number(value)]));
}

async function lines(under: object | null, command: readonly string[]): Promise<readonly string[]> {
  const { stdout, stderr, code } = await container.run(under, command);
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${stdout}${stderr}`);
  return stdout.trim().split('\n');
}

describe.for(NAMES)('under %s', (name) => {
  test('BusyBox, a shell and a static Go client run', async () => {
    expect(await lines(profile(name), [BUSYBOX, 'echo', 'hello'])).toEqual(['hello']);
    expect(await lines(profile(name), ['/bin/sh', '-c', 'echo hello'])).toEqual(['hello']);
    expect(await lines(profile(name), [PROBE, 'client'])).toEqual([
      'written',
      'dial tcp 127.0.0.1:9: connect: connection refused',
    ]);
  });

  test('a process has the filter, no capability and no way to new privileges', async () => {
    const status = await lines(profile(name), [BUSYBOX, 'cat', '/proc/self/status']);
    expect(status).toEqual(
      expect.arrayContaining(['Seccomp:\t2', 'NoNewPrivs:\t1', 'CapEff:\t0000000000000000']),
    );
  });

  test('the filter refuses every forbidden system call', async () => {
    const marked = { ...profile(name), defaultErrnoRet: ENOMEDIUM };
    const found = await errorNumbers(marked, FORBIDDEN_SYSTEM_CALLS.map(probeArgument));
    const wanted = FORBIDDEN_SYSTEM_CALLS.map(({ label, name: call }) => {
      const isNotImplemented = ['io_uring_setup', 'clone3'].includes(call);
      return [label, isNotImplemented ? ENOSYS : ENOMEDIUM];
    });
    expect(found).toEqual(Object.fromEntries(wanted));
  });

  test('a refused system call fails with EPERM', async () => {
    expect(await errorNumbers(profile(name), ['personality=135,0xffffffff'])).toEqual({ personality: EPERM });
  });
});

test('a system call by the table of x32 does not go past the filter', async () => {
  const { stdout } = await container.run(profile('shell-agent'), [
    PROBE,
    'getpid=39',
    'x32-getpid=0x40000027',
  ]);
  expect(stdout).toBe('getpid 0\n');
});

test('without a profile the kernel considers what the filter refuses, also for an unprivileged process', async () => {
  const labels = [
    'unshare',
    'keyctl',
    'add_key',
    'userfaultfd',
    'personality',
    'memfd_create',
    'clone-new-user',
  ];
  const calls = FORBIDDEN_SYSTEM_CALLS.filter(({ label }) => labels.includes(label));
  const found = await errorNumbers(null, calls.map(probeArgument));
  expect(Object.keys(found).toSorted()).toEqual(labels.toSorted());
  const refused = Object.keys(found).filter((label) => found[label] === EPERM || found[label] === ENOSYS);
  expect(refused).toEqual([]);
});

describe('a server', () => {
  const calls = ['listen=50,99', 'accept=43,99', 'accept4=288,99'];
  const EBADF = 9;

  test.for(NAMES)('is refused under static-agent only: %s', async (name) => {
    const expected = name === 'static-agent' ? EPERM : EBADF;
    expect(await errorNumbers(profile(name), calls)).toEqual({
      listen: expected,
      accept: expected,
      accept4: expected,
    });
  });
});

describe('Node.js', () => {
  const command = ['node', `${WORKLOAD_FOLDER}/agent.mjs`];
  const ALONE = ['http ok', 'workers ok', 'files ok', 'tls ok'];

  test.for([
    ['node-agent', [...ALONE, 'process ok']],
    ['node-agent-nofork', [...ALONE, 'process EPERM']],
    ['shell-agent', [...ALONE, 'process ok']],
  ] as const)('under %s does what the profile is for', async ([name, expected]) => {
    expect(await lines(profile(name), command)).toEqual(expected);
  });
});

const PYTHON = '/usr/bin/python3';
const withoutPython = existsSync(PYTHON) ? null : `${PYTHON} is not there: apt-get install python3`;

describe.runIf(canRun('the tests of seccomp profiles with Python', withoutPython))('Python', () => {
  const command = [PYTHON, `${WORKLOAD_FOLDER}/agent.py`];
  const ALONE = ['threads ok', 'asyncio ok', 'tls ok', 'files ok'];
  const STARTS = ['fork ok', 'subprocess ok', 'spawn ok', 'forkserver ok'];
  const REFUSED = STARTS.map((line) => line.replace('ok', 'PermissionError'));

  test.for([
    ['python-agent', [...ALONE, ...STARTS]],
    ['python-agent-nofork', [...ALONE, ...REFUSED]],
    ['shell-agent', [...ALONE, ...STARTS]],
  ] as const)('under %s does what the profile is for', async ([name, expected]) => {
    expect(await lines(profile(name), command)).toEqual(expected);
  });
});

describe('a shell', () => {
  test('under shell-agent runs every step that it runs without a profile', async () => {
    const command = ['/bin/sh', `${WORKLOAD_FOLDER}/agent.sh`];
    const steps = await lines(null, command);
    expect(steps.slice(0, 4)).toEqual(['pipes ok', 'background ok', 'archive ok', 'edit ok']);
    expect(await lines(profile('shell-agent'), command)).toEqual(steps);
  });
});

describe('the short list', () => {
  const listed = (more: readonly string[]) => ({
    defaultAction: 'SCMP_ACT_ERRNO',
    architectures: ['SCMP_ARCH_X86_64'],
    syscalls: [{ names: [...SHORT_LIST, ...more], action: 'SCMP_ACT_ALLOW' }],
  });
  const baseWithout = (name: string) => BASE.filter((one) => one !== name);

  test('starts nothing: runc cannot reach the program', async () => {
    for (const command of [[BUSYBOX, 'true'], ['/bin/sh', '-c', 'true'], ['node', '--version'], [PROBE]]) {
      const { code, stderr } = await container.run(listed([]), command);
      expect(code).not.toBe(0);
      expect(stderr).toContain('fstatfs');
    }
  });

  test('starts no program without arch_prctl, whatever else of the base is added', async () => {
    const { code, stderr } = await container.run(listed(baseWithout('arch_prctl')), [BUSYBOX, 'true']);
    expect({ code, stderr }).toEqual({
      code: 127,
      stderr: expect.stringContaining('cannot set %fs base address for thread-local storage'),
    });
  });

  test('loads no shared library without pread64, whatever else of the base is added', async () => {
    const { code, stderr } = await container.run(listed(baseWithout('pread64')), ['/bin/sh', '-c', 'true']);
    expect({ code, stderr }).toEqual({
      code: 127,
      stderr: expect.stringContaining('error while loading shared libraries'),
    });
  });

  test('with four more starts a static program, and nothing else', async () => {
    const more = ['arch_prctl', 'fstatfs', 'readlinkat', 'statx'];
    expect(await lines(listed(more), [BUSYBOX, 'echo', 'hello'])).toEqual(['hello']);
    expect((await container.run(listed(more), ['/bin/sh', '-c', 'true'])).code).toBe(127);
  });
});
