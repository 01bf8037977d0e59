import { expect, test } from 'vitest';
import { recordContainment, recordCredential } from '../../../src/operator/audit/record-event.ts';
import { auditRecordProblem } from '../../audit/record-schema.ts';

function use() {
  const lines: object[] = [];
  const logger = {
    info: (fields: object) =>
      void lines.push(JSON.parse(JSON.stringify((fields as { audit: object }).audit)) as object),
  };
  return { lines, recording: { logger, clock: { now: () => 1_000 }, tenant: 'acme' } };
}

test('containment and credentials are records that fit the published schema', () => {
  const { lines, recording } = use();
  const pod = {
    metadata: { namespace: 'acme-agents', name: 'hermes', uid: 'p-1', labels: { 'cloister.dev/role': 'r' } },
  };
  const sandbox = { metadata: { namespace: 'acme-agents', name: 'hermes', uid: 's-1' } };
  recordContainment('Contained', { pod, quarantine: { name: 'q', uid: 'q-1' } }, recording);
  recordContainment('Released', { pod, quarantine: undefined }, recording);
  recordCredential('CredentialGiven', { sandbox, podUID: 'p-1' }, recording);
  recordCredential('CredentialTaken', { sandbox, podUID: null, problem: 'ForceReleased' }, recording);
  for (const line of lines) expect(auditRecordProblem(line)).toBeNull();
  expect(lines).toMatchObject([
    { severity_id: 4, resources: [{ type: 'AgentQuarantine', name: 'q' }], metadata: { tenant_uid: 'acme' } },
    { activity_name: 'Released', status_id: 1 },
    { activity_id: 1, unmapped: { sandbox: 'hermes', sandbox_uid: 's-1' } },
    { activity_id: 4, status_id: 2, status_detail: 'ForceReleased' },
  ]);
});
