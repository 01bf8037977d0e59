import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { minimalAgentRole } from '../build/agent-role.ts';

/** A copy of the package as it is published: its manifest and what is built, beside its dependencies. */
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloister-library-'));
  copyFileSync('package.json', join(folder, 'package.json'));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  execFileSync('tsc', ['-p', 'tsconfig.build.json', '--outDir', join(folder, 'dist')]);
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true }));

const PROGRAM = `
import { compileCallPolicy, decideCall, decideConnect, loadSqlParser, readAgentRole } from 'cloister/policy';
const read = readAgentRole(ROLE);
if ('problems' in read) throw new Error(read.problems.join(' '));
const policy = compileCallPolicy(read.role.spec, 'analyst', await loadSqlParser());
const decisions = [
  decideConnect(policy, 'github.com:443'),
  decideConnect(policy, 'evil.example:443'),
  decideCall(policy, { tool: 'bash', arguments: {} }),
];
console.log(JSON.stringify(decisions.map(({ decision, rule, level }) => [decision.effect, rule, level])));
`;
const ROLE = {
  ...minimalAgentRole,
  spec: { ...minimalAgentRole.spec, network: { allow: [{ host: 'github.com' }] } },
};

test('the built entry cloister/policy decides as the gateway does', () => {
  writeFileSync(join(folder, 'program.mjs'), PROGRAM.replace('ROLE', JSON.stringify(ROLE)));
  const out = execFileSync(process.execPath, ['program.mjs'], { cwd: folder, encoding: 'utf8' });
  expect(JSON.parse(out)).toEqual([
    ['Allow', 'spec.network.allow["github.com"]', 'Gateway'],
    ['Deny', 'spec.network.allow', 'Gateway'],
    ['Deny', 'spec.tools', 'Cooperative'],
  ]);
}, 60_000);

test('its types hold for a program that is checked', () => {
  const program = `const ROLE: Record<string, unknown> = {};\n${PROGRAM.replace('console.log', 'void ')}`;
  writeFileSync(join(folder, 'program.mts'), program);
  const flags = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2024',
    '--skipLibCheck',
    '--types',
    'node',
  ];
  execFileSync('tsc', [...flags, 'program.mts'], { cwd: folder, encoding: 'utf8' });
}, 120_000);
