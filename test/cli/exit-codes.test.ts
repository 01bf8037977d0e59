import { describe, expect, test } from 'vitest';
import { policiesOnCluster, runCommand, SAMPLES, writeFiles } from './run-command.ts';

// Scripts and pipelines read nothing else. 0: nothing is wrong. 1: something is refused, or left to decide. 2: something was
// not read, so nobody knows; it outweighs 1.
const GOOD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: good}\nspec: {containers: [{name: a, image: a}]}\n';
const BAD = GOOD.replace('spec: {', 'spec: {hostNetwork: true, ').replace('good', 'bad');
const BROKEN = 'a: b: c\n';
const COMPLIANT = `${SAMPLES}/workloads/compliant-pod.yaml`;
const ONE_CHECK = ['--check', 'host-namespaces'];
const harden = (...more: readonly string[]) => [
  'harden',
  ...policiesOnCluster(),
  '--role',
  'data-analyst',
  ...more,
];
const MISSING = '/nonexistent/pod.yaml';

const folderOf = (...texts: readonly string[]): string =>
  writeFiles(Object.fromEntries(texts.map((text, index) => [`${index}.yaml`, text])));

type Row = readonly [name: string, parameters: () => readonly string[], code: 0 | 1 | 2];

describe('cloister review ends with', () => {
  const review = (...texts: readonly string[]) => ['review', '-f', folderOf(...texts), ...ONE_CHECK];

  test.for<Row>([
    ['0 where nothing is refused', () => review(GOOD), 0],
    ['0 where nothing is refused, as JSON', () => [...review(GOOD, GOOD), '-o', 'json'], 0],
    ['1 where one pod of several is refused', () => review(GOOD, BAD, GOOD), 1],
    ['1 where one pod is refused, as JSON', () => [...review(GOOD, BAD), '-o', 'json'], 1],
    ['2 where a document cannot be read', () => review(BROKEN), 2],
    ['2 where a document cannot be read and others are good', () => review(GOOD, BROKEN, GOOD), 2],
    ['2 where one is refused and a later one cannot be read', () => review(BAD, BROKEN), 2],
    ['2 where one cannot be read and a later one is refused', () => review(BROKEN, BAD), 2],
    ['2 where both are in one file', () => review(`${BAD}---\n${BROKEN}`), 2],
    ['2 where both are in one file, as JSON', () => [...review(`${BROKEN}---\n${BAD}`), '-o', 'json'], 2],
    ['2 where a file does not exist', () => ['review', '-f', MISSING], 2],
    ['2 where a file does not exist and a pod is refused', () => [...review(BAD), '-f', MISSING], 2],
    ['2 where a file is empty', () => review(''), 2],
    ['2 where a file is empty and the others are good', () => review(GOOD, ''), 2],
    ['2 where a folder has no manifest', () => ['review', '-f', writeFiles({ 'a.txt': 'a' })], 2],
    ['2 where a file is binary', () => review('kind: Pod\u0000'), 2],
    ['2 where the role is not in the input', () => [...review(GOOD), '--role', 'nobody'], 2],
    ['2 where the tenant is not in the input', () => [...review(GOOD), '--tenant', 'nobody'], 2],
    ['2 where a check does not exist', () => ['review', '-f', folderOf(GOOD), '--check', 'x'], 2],
    ['2 where no file is named', () => ['review'], 2],
  ])('%s', async ([, parameters, code]) => {
    expect((await runCommand(parameters())).code).toBe(code);
  });

  test.for([
    ['0 where it is good', GOOD, 0],
    ['1 where it is refused', BAD, 1],
    ['2 where it cannot be read', BROKEN, 2],
    ['2 where it is empty', '', 2],
  ] as const)('%s on standard input', async ([, stdin, code]) => {
    expect((await runCommand(['review', '-f', '-', ...ONE_CHECK], { stdin })).code).toBe(code);
  });
});

describe('cloister harden ends with', () => {
  const hostPath = () => `${SAMPLES}/refused/host-path.yaml`;

  test.for<Row>([
    ['0 where the pod is complete', () => [...harden(), '-f', COMPLIANT, '--tenant', 'acme'], 0],
    ['0 where it changes something', () => [...harden(), '-f', `${SAMPLES}/refused/root.yaml`], 0],
    ['1 where something is left to decide', () => [...harden(), '-f', hostPath()], 1],
    ['1 where something is left, as a difference', () => [...harden(), '-f', hostPath(), '--diff'], 1],
    ['1 where a later pod is complete', () => [...harden(), '-f', hostPath(), '-f', COMPLIANT], 1],
    ['2 where a document cannot be read', () => [...harden(), '-f', folderOf(BROKEN)], 2],
    [
      '2 where something is left and a later document cannot be read',
      () => [...harden(), '-f', hostPath(), '-f', folderOf(BROKEN)],
      2,
    ],
    [
      '2 where one cannot be read and in a later one something is left',
      () => [...harden(), '-f', folderOf(BROKEN), '-f', hostPath()],
      2,
    ],
    ['2 where a file does not exist', () => [...harden(), '-f', COMPLIANT, '-f', MISSING], 2],
    ['2 where a file is empty', () => [...harden(), '-f', folderOf('')], 2],
    ['2 where the role is not in the input', () => ['harden', '-f', COMPLIANT, '--role', 'nobody'], 2],
    ['2 where the tenant is not in the input', () => [...harden(), '-f', COMPLIANT, '--tenant', 'x'], 2],
    ['2 where no role is named', () => ['harden', '-f', COMPLIANT], 2],
    ['2 where no file is named', () => ['harden', '--role', 'data-analyst'], 2],
    [
      '2 where the start gate is not named by digest',
      () => [...harden(), '-f', COMPLIANT, '--start-gate-image', 'ghcr.io/acme/start-gate:1'],
      2,
    ],
  ])('%s', async ([, parameters, code]) => {
    expect((await runCommand(parameters())).code).toBe(code);
  });

  test('2 on standard input that is empty', async () => {
    expect((await runCommand([...harden(), '-f', '-'], { stdin: '' })).code).toBe(2);
  });
});

describe('cloister ends with', () => {
  test.for<Row>([
    ['0 for the list of checks', () => ['explain'], 0],
    ['0 for a check', () => ['explain', 'privileged'], 0],
    ['2 for a check that does not exist', () => ['explain', 'privilege'], 2],
    ['2 for two checks', () => ['explain', 'privileged', 'dns'], 2],
    ['0 for its version', () => ['version'], 0],
    ['2 for an argument of version', () => ['version', 'x'], 2],
    ['0 for help', () => ['--help'], 0],
    ['0 for the help of a command', () => ['help', 'review'], 0],
    ['0 for the help of a command, as an option', () => ['harden', '--help'], 0],
    ['2 for the help of a command that does not exist', () => ['help', 'reveiw'], 2],
    ['2 without a command', () => [], 2],
    ['2 for a command that does not exist', () => ['reveiw'], 2],
    ['2 for an option that does not exist', () => ['--verbose'], 2],
    ['2 for an option of a command that does not exist', () => ['explain', '--verbose'], 2],
    ['2 for an option without its value', () => ['review', '-f'], 2],
    ['2 for an output format that does not exist', () => ['review', '-f', COMPLIANT, '-o', 'yaml'], 2],
  ])('%s', async ([, parameters, code]) => {
    expect((await runCommand(parameters())).code).toBe(code);
  });
});
