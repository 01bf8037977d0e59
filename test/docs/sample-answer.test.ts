import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bodyOf } from '../../src/gateway/pipeline/answer.ts';
import { refusalOfDecision } from '../../src/gateway/pipeline/refusal.ts';
import { readDocuments } from '../../src/lib/yaml/read-documents.ts';
import { compileCallPolicy, decideCall, loadSqlParser, readAgentRole } from '../../src/policy/library.ts';
import { ratePerMinute, takeRate } from '../../src/policy/limits/rate.ts';
import { ROOT } from './doc-commands.ts';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

test('the answer that the page on the gateway shows is that of the sample role', async () => {
  const file = 'manifests/samples/role-data-analyst.yaml';
  const [document] = readDocuments(read(file), { file });
  const role = readAgentRole(document !== undefined && 'object' in document ? document.object : {});
  if ('problems' in role) throw new Error(role.problems.join(' '));
  const policy = compileCallPolicy(role.role.spec, 'data-analyst', await loadSqlParser());
  const call = { tool: 'read_file', arguments: { path: '/data/reports-evil/q3.csv' } };
  const refusal = refusalOfDecision(decideCall(policy, call));
  const perMinute = policy.tools.get('read_file')?.limits.maxRequestsPerMinute ?? 0;
  const { remaining } = takeRate(ratePerMinute(perMinute), undefined, 0);
  const shown = /^```json\n(\{\n {2}"status"[^`]*)```$/m.exec(read('docs/gateway.md'))?.[1] ?? '';
  expect(refusal).not.toBeNull();
  expect(JSON.parse(shown)).toEqual(refusal && { ...bodyOf(refusal, 200), remaining });
});
