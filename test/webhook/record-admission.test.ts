import { expect, test } from 'vitest';
import type { AdmissionRequest } from '../../src/webhook/admission-review.ts';
import { ALLOWED, type AdmissionVerdict } from '../../src/webhook/admission-verdict.ts';
import { recordAdmission } from '../../src/webhook/record-admission.ts';
import { auditRecordProblem } from '../audit/record-schema.ts';

const REQUEST = {
  uid: 'u-1',
  kind: { group: '', version: 'v1', kind: 'Pod' },
  resource: { group: '', version: 'v1', resource: 'pods' },
  operation: 'CREATE',
  namespace: 'acme-agents',
  name: 'hermes',
  userInfo: { username: 'jane' },
  object: { spec: { containers: [{ env: [{ name: 'KEY', value: 'secret-word' }] }] } },
} as unknown as AdmissionRequest;

const DENIED: AdmissionVerdict = {
  allowed: false,
  code: 403,
  reason: 'Forbidden',
  message: 'secret-word',
  checks: ['privileged', 'host-namespaces'],
};

function record(phase: 'Explain' | 'Decide', verdict: AdmissionVerdict): readonly object[] {
  const lines: object[] = [];
  const log = { info: (fields: object) => void lines.push((fields as { audit: object }).audit) };
  recordAdmission(phase, { request: REQUEST, verdict }, { log, time: 1_000 });
  return lines.map((line) => JSON.parse(JSON.stringify(line)) as object);
}

test('an admission is one record that fits the published schema and holds nothing of the object', () => {
  expect(record('Explain', ALLOWED)).toEqual([]);
  for (const [phase, verdict, action] of [
    ['Decide', ALLOWED, 'Allowed'],
    ['Explain', DENIED, 'Denied'],
    ['Decide', DENIED, 'Denied'],
  ] as const) {
    const [written] = record(phase, verdict);
    expect(auditRecordProblem(written)).toBeNull();
    expect(written).toMatchObject({
      action,
      actor: { user: { name: 'jane' } },
      api: { operation: 'CREATE pods', service: { name: 'cloister-webhook' } },
      resources: [{ type: 'Pod', namespace: 'acme-agents', name: 'hermes' }],
    });
    expect(JSON.stringify(written)).not.toContain('secret-word');
  }
});
