import { expect, test } from 'vitest';
import type { GateTarget } from '../../../src/lib/gate-protocol.ts';
import { GATE_FACTS } from '../../../src/policy/gate/gate-facts.ts';
import { createAttempts } from '../../../src/operator/tenant-isolation/attempts.ts';
import { provideGateFacts } from '../../../src/operator/tenant-isolation/provide-gate-facts.ts';
import { gateConfigMap } from '../../../src/render/tenant/gate-config-map.ts';
import type { RenderedObject } from '../../../src/render/tenant/rendered-object.ts';
import { tenant } from '../use-memory-operator.ts';

const TARGET: GateTarget = { name: 'api', address: '10.96.0.1', port: 443, protocol: 'TCP' };
const told = gateConfigMap({
  format: GATE_FACTS.format,
  tenant: 'acme',
  namespaces: ['left'],
  nodePorts: 'Refuse',
  targets: [TARGET],
});

/** Tells the gateway of a tenant, where the targets are read so, and it was told that before. */
async function provide(
  read: () => Promise<readonly GateTarget[]>,
  before: RenderedObject | undefined,
): Promise<{ readonly problem: string | null; readonly written: readonly RenderedObject[] }> {
  const written: RenderedObject[] = [];
  const task = {
    tenant: tenant('acme', []),
    namespaces: ['b', 'a'],
    context: {
      gateTargets: { read },
      configuration: { gate: { nodePorts: 'Refuse' } } as never,
      caches: { configMaps: { get: () => before } } as never,
    },
    attempts: createAttempts(new AbortController().signal),
  };
  const problem = await provideGateFacts(task, (object) => {
    written.push(object);
    return Promise.resolve('Written');
  });
  return { problem, written };
}

const factsIn = ([object]: readonly RenderedObject[]): unknown =>
  JSON.parse((object as unknown as { data: Record<string, string> }).data[GATE_FACTS.key] ?? '');
const unknown = (): Promise<never> => Promise.reject(new Error('it is not known where DNS is'));

test('a gateway is told the namespaces of its tenant and the targets', async () => {
  const { problem, written } = await provide(() => Promise.resolve([TARGET]), undefined);
  expect(problem).toBeNull();
  expect(factsIn(written)).toMatchObject({ namespaces: ['a', 'b'], targets: [TARGET] });
});

test('where the targets are not known it is told the namespaces all the same, with the targets of before', async () => {
  const { problem, written } = await provide(unknown, told);
  expect(problem).toBe('The targets of the start gates are not known: it is not known where DNS is.');
  expect(factsIn(written)).toMatchObject({ namespaces: ['a', 'b'], targets: [TARGET] });
});

test('where they were never known it is told nothing', async () => {
  const { problem, written } = await provide(unknown, undefined);
  expect(problem).toContain('not known');
  expect(written).toEqual([]);
});
