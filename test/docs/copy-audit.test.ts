import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { GATEWAY_LABELS } from '../../src/render/tenant/rendered-object.ts';
import { gatewayStatefulSet, GATEWAY_DEFAULTS } from '../../src/render/tenant/gateway-stateful-set.ts';
import { readDocCommands } from './doc-commands.ts';

/** Where the pages say that the files are. */
const AUDIT_FOLDER = '/var/spool/cloister/audit';
const FILES = {
  'cloister-gateway-0.00000001.000001.jsonl': '{"first":1}\n',
  'cloister-gateway-0.00000001.000002.jsonl': `{"long":"${'x'.repeat(300_000)}"}\n{"torn`,
  'cloister-gateway-1.00000001.000001.jsonl': '{"other":"é"}\n',
};

/** Knows two pods; runs what is executed in one beside its folder instead of the container's. */
const kubectl = (folder: string): string => `#!/usr/bin/env bash
set -eu
case "$1" in
get) [[ "$*" == *' -n cloister-t-acme -l app.kubernetes.io/name=cloister-gateway -o name' ]]
  printf 'pod/cloister-gateway-0\\npod/cloister-gateway-1\\n' ;;
exec) [[ "$2 $3 $5 $6 $7" == '-n cloister-t-acme -c gateway --' ]]
  own="${folder}/$4"; shift 7
  exec "\${@//\\/var\\/spool\\/cloister\\/audit/$own}" ;;
esac
`;

function writeFile(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode });
}

test('the command of the page on the audit copies every file of every replica as it is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cloister-copy-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(FILES)) {
    writeFile(join(folder, 'pod', name.slice(0, name.indexOf('.')), name), text);
  }
  writeFile(join(folder, 'bin', 'kubectl'), kubectl(folder), 0o755);
  const [copy, ...others] = readDocCommands().filter(
    ({ file, command }) => file === 'docs/audit.md' && command.includes('kubectl exec'),
  );
  expect(others).toEqual([]);
  const path = `${join(folder, 'bin')}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;
  execFileSync('sh', ['-ec', copy?.command ?? ''], { cwd: folder, env: { PATH: path } });
  const copied = join(folder, 'audit');
  const texts = readdirSync(copied).map((name) => [name, readFileSync(join(copied, name), 'utf8')]);
  expect(Object.fromEntries(texts)).toEqual(FILES);
});

test('the pod of a gateway is found as the command says, and keeps its audit where the command looks', () => {
  const settings = { ...GATEWAY_DEFAULTS, image: 'packages.example.com/cloister/cloister' };
  const made = JSON.stringify(gatewayStatefulSet({ tenant: 'acme', replicas: 2 }, settings));
  expect(GATEWAY_LABELS).toMatchObject({ 'app.kubernetes.io/name': 'cloister-gateway' });
  expect(made).toContain(`"--audit-folder=${AUDIT_FOLDER}"`);
  expect(made).toContain('"namespace":"cloister-t-acme"');
  expect(made).toContain('"name":"gateway"');
});
