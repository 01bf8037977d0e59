import { describe, expect, test } from 'vitest';
import { agentRole } from '../../src/api/agent-role.ts';
import type { Pod } from '../../src/policy/pod/pod.ts';
import { evaluateAgentRole } from '../../src/policy/roles/evaluate-agent-role.ts';
import { decodeReview } from '../../src/webhook/decode-review.ts';
import { isRequestProblem } from '../../src/serve/problem.ts';
import { buildAdmissionReview } from '../build/admission-review.ts';
import { minimalAgentRole } from '../build/agent-role.ts';
import { violationsOfPod } from '../build/violations-of-pod.ts';

// One request whose object fits on the wire and not in the memory of the webhook, so that it ends and reviews nothing else. The
// API server takes bodies of 3 MB, and asks the mutating webhook before it has validated the object.
const BODY_BYTES = 3 * 1024 * 1024;

const reviewOf = (spec: string): Buffer =>
  Buffer.from(
    `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","operation":"CREATE","kind":{"group":"","version":"v1","kind":"Pod"},"resource":{"group":"","version":"v1","resource":"pods"},"object":{"metadata":{"name":"a"},"spec":${spec}}}}`,
  );
const listOf = (item: string, bytes: number): string =>
  `[${Array.from({ length: Math.floor(bytes / (item.length + 1)) }, () => item).join(',')}]`;

const LISTS: readonly (readonly [name: string, spec: (list: (item: string) => string) => string])[] = [
  ['tolerations', (list) => `{"tolerations":${list('{}')}}`],
  ['containers', (list) => `{"containers":${list('{}')}}`],
  ['ephemeral containers', (list) => `{"ephemeralContainers":${list('{}')}}`],
  ['volumes', (list) => `{"volumes":${list('{"hostPath":{}}')}}`],
  ['variables', (list) => `{"containers":[{"env":${list('{"name":""}')}}]}`],
  ['ports', (list) => `{"containers":[{"ports":${list('{"hostPort":1}')}}]}`],
  ['empty lists in each other', () => '['.repeat(BODY_BYTES / 2) + ']'.repeat(BODY_BYTES / 2)],
];

describe('a review of a million', () => {
  test.for(LISTS)('%s is not parsed, and refused', ([, spec]) => {
    const decoded = decodeReview(reviewOf(spec((item) => listOf(item, BODY_BYTES))));
    expect(decoded).toMatchObject({ reason: 'TooLarge', status: 413 });
  });

  test('managedFields costs nothing: they are not read', () => {
    const fields = listOf('{}', BODY_BYTES);
    expect(isRequestProblem(decodeReview(reviewOf(`{"managedFields":${fields}}`)))).toBe(false);
  });
});

describe('a review of as many as are parsed', () => {
  test.for(LISTS.slice(0, -1))('%s is evaluated, and keeps few findings', ([, spec]) => {
    const decoded = decodeReview(reviewOf(spec((item) => listOf(item, 30_000 * (item.length + 1)))));
    if (isRequestProblem(decoded)) throw new Error(decoded.text);
    const violations = violationsOfPod(decoded.object as Pod);
    expect(violations.length).toBeGreaterThan(0);
    expect(violations.length).toBeLessThan(20_000);
  });
});

describe('an update', () => {
  const podOf = (values: number) => ({
    metadata: { name: 'a' },
    spec: { tolerations: Array(values).fill(0) },
  });
  const update = (before: number, after: number, operation: 'CREATE' | 'UPDATE' = 'UPDATE') => {
    const request = { operation, object: podOf(after), oldObject: podOf(before) };
    return decodeReview(Buffer.from(JSON.stringify(buildAdmissionReview(request))));
  };

  test.for([60_000, 99_000])('of a pod of %d values, as many as were admitted, is reviewed', (values) => {
    expect(isRequestProblem(update(0, values, 'CREATE'))).toBe(false);
    expect(isRequestProblem(update(values, values))).toBe(false);
  });

  test.for([
    [0, 100_001],
    [100_001, 0],
  ] as const)('from %d to %d values is refused', ([before, after]) => {
    expect(update(before, after)).toMatchObject({
      reason: 'TooLarge',
      text: 'the object has more than 100000 values; make the object smaller',
    });
  });
});

// What is cut out of a review before it is evaluated must be nothing that a rule reads.
describe('a list of managedFields in the arguments of a tool', () => {
  const evaluated = (argumentsText: string) => {
    const tool = { name: 'a', executor: 'Agent', arguments: 0, confirmation: { when: 'Never' } };
    const role = { ...minimalAgentRole, spec: { ...minimalAgentRole.spec, tools: [tool] } };
    const object = JSON.stringify(role).replace('"arguments":0', `"arguments":${argumentsText}`);
    const decoded = decodeReview(
      Buffer.from(
        `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","operation":"CREATE","kind":{"group":"cloister.dev","version":"v1alpha1","kind":"AgentRole"},"resource":{"group":"cloister.dev","version":"v1alpha1","resource":"agentroles"},"object":${object}}}`,
      ),
    );
    if (isRequestProblem(decoded)) throw new Error(decoded.text);
    return evaluateAgentRole(agentRole.schema.parse(decoded.object));
  };

  test.for([
    ['counts for their size', `{"default":{"managedFields":["${'x'.repeat(40_000)}"]}}`],
    ['hides no reference', '{"default":{"x\\"managedFields":[{"$ref":"http://x"}]}}'],
    ['is compiled', '{"type":"object","dependentRequired":{"managedFields":[1,1]}}'],
  ] as const)('%s', ([, text]) => {
    expect(evaluated(text)).toMatchObject([{ field: 'spec.tools[0].arguments' }]);
  });
});
