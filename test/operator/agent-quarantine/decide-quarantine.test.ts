import { expect, test } from 'vitest';
import type { AgentQuarantine } from '../../../src/api/agent-quarantine.ts';
import { LABEL } from '../../../src/api/names.ts';
import { decideQuarantine } from '../../../src/operator/agent-quarantine/decide-quarantine.ts';
import type { StoredSandbox } from '../../../src/operator/agent-quarantine/quarantine-lookup.ts';
import type { ObservedPod } from '../../../src/operator/observed-objects.ts';
import { buildAgentQuarantine } from '../../build/agent-quarantine.ts';
import { buildAgentSandbox } from '../../build/agent-sandbox.ts';

const START = Date.parse('2026-01-01T00:00:00Z');

const sandbox = (name: string, status: 'True' | 'False' = 'True'): StoredSandbox =>
  buildAgentSandbox((one) => {
    one.metadata.name = name;
    const lastTransitionTime = '2026-01-01T00:00:00Z';
    one.status = {
      conditions: [{ type: 'Contained', status, reason: 'Any', message: '', lastTransitionTime }],
    };
  });

const pod = (name: string, isCutOff = true, namespace = 'acme-agents'): ObservedPod => ({
  metadata: { name, namespace, labels: isCutOff ? { [LABEL.contained]: 'true' } : {} },
});

interface Change {
  readonly sandboxes?: readonly StoredSandbox[];
  readonly pods?: readonly ObservedPod[];
  readonly milliseconds?: number;
  readonly status?: AgentQuarantine['status'];
}

const decided = ({ sandboxes = [], pods = [], milliseconds = 0, status }: Change) =>
  decideQuarantine({
    quarantine: buildAgentQuarantine((one) => {
      one.metadata.creationTimestamp = '2026-01-01T00:00:00Z';
      if (status !== undefined) one.status = status;
    }),
    held: { sandboxes, pods },
    isEnrolled: (namespace) => namespace === 'acme-agents',
    now: START + milliseconds,
  });

test('what is left is counted and named', () => {
  const { contained, fields } = decided({
    sandboxes: [sandbox('done'), sandbox('suspect', 'False')],
    pods: [pod('web', false), pod('cut')],
  });

  expect(contained).toMatchObject({
    status: 'False',
    reason: 'Containing',
    message: 'Contained: 2 of 4. Not yet: AgentSandbox "acme-agents/suspect"; Pod "acme-agents/web".',
  });
  expect(fields).toEqual({ contained: 2, pending: 2, secondsToContain: undefined });
});

test('the time is measured in whole seconds that were begun, when nothing is left', () => {
  const { contained, fields } = decided({ sandboxes: [sandbox('done')], milliseconds: 1_200 });

  expect(contained).toMatchObject({ status: 'True', reason: 'Contained' });
  expect(fields).toEqual({ contained: 1, pending: 0, secondsToContain: 2 });
});

test('what is created later does not change the time that was measured', () => {
  const status = { secondsToContain: 2 };

  expect(
    decided({ sandboxes: [sandbox('done')], milliseconds: 90_000, status }).fields.secondsToContain,
  ).toBe(2);
  expect(decided({ sandboxes: [sandbox('a', 'False')], status }).fields.secondsToContain).toBe(2);
});

test('what was created later is not measured, and what was there is, however late it is seen', () => {
  const createdAt = (time: string, status: 'True' | 'False'): StoredSandbox => {
    const one = sandbox(time, status);
    return { ...one, metadata: { ...one.metadata, creationTimestamp: time } };
  };
  const later = createdAt('2026-01-01T00:00:01Z', 'False');
  const seconds = (...sandboxes: StoredSandbox[]) =>
    decided({ sandboxes, milliseconds: 3_000 }).fields.secondsToContain;

  expect(seconds(createdAt('2026-01-01T00:00:01Z', 'True'))).toBeUndefined();
  expect(seconds(createdAt('2026-01-01T00:00:00Z', 'False'), later)).toBeUndefined();
  expect(seconds(createdAt('2026-01-01T00:00:00Z', 'True'), later)).toBe(3);
});

test('a clock that is behind gives no negative time', () => {
  expect(decided({ sandboxes: [sandbox('done')], milliseconds: -5_000 }).fields.secondsToContain).toBe(0);
});

test('where there is nothing, it holds for what is created later', () => {
  const { contained, fields } = decided({});
  expect(contained).toMatchObject({ status: 'True', reason: 'NothingToContain' });
  expect(fields.secondsToContain).toBeUndefined();
});

test('a pod that has ended, and one in a namespace that the operator may not write in, are not waited for', () => {
  const ended: ObservedPod = { ...pod('ended', false), status: { phase: 'Succeeded' } };
  const { fields } = decided({ pods: [ended, pod('other', false, 'elsewhere')] });

  expect(fields).toMatchObject({ contained: 1, pending: 0 });
});
