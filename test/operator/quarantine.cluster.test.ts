import { afterEach, expect, test, vi } from 'vitest';
import { LABEL } from '../../src/api/names.ts';
import type { AgentQuarantine } from '../../src/api/agent-quarantine.ts';
import { parseSandboxFeed } from '../../src/policy/feed/parse-feed.ts';
import { compliantPod, NAMESPACE } from '../e2e/samples.ts';
import { SANDBOXES } from '../e2e/sandbox-calls.ts';
import { changeTenant, KINDS, TENANTS } from '../e2e/tenants.ts';
import { NAMESPACE_PATH, useSandboxes } from '../e2e/use-sandboxes.ts';

const { calls, cloister, run, says, pod, nextPod, make, isGone } = useSandboxes();
const QUARANTINES = `${KINDS}/agentquarantines`;
const PODS = `${NAMESPACE_PATH}/pods`;
const WAIT = { timeout: 30_000, interval: 50 };

type Target = AgentQuarantine['spec']['target'];

async function quarantine(name: string, target: Target): Promise<void> {
  const { status, message } = await calls().create(QUARANTINES, {
    apiVersion: 'cloister.dev/v1alpha1',
    kind: 'AgentQuarantine',
    metadata: { name },
    spec: { target, reason: 'It called home.' },
  });
  expect(`${status} ${message}`).toBe('201 ');
}

const release = async (name: string): Promise<void> => {
  expect((await calls().remove(`${QUARANTINES}/${name}`)).status).toBe(200);
};

const statusOf = async (name: string) =>
  ((await calls().read(`${QUARANTINES}/${name}`)).object as unknown as AgentQuarantine).status;

const saysOf = (name: string, wanted: object): Promise<void> =>
  vi.waitFor(async () => expect(await statusOf(name)).toMatchObject(wanted), WAIT);

const saysContained = (reason: string, numbers: object = {}) => ({
  conditions: [expect.objectContaining({ type: 'Contained', reason })],
  ...numbers,
});

/** A pod of another workload of the role, as its author would make it. */
async function makeOther(name: string): Promise<{ readonly status: number; readonly message: string }> {
  const { gateway } = (await calls().read(`${TENANTS}/acme`)).object['status'] as {
    gateway: { clusterIPs: string[] };
  };
  const hostAliases = gateway.clusterIPs.map((ip) => ({ ip, hostnames: ['cloister-gateway'] }));
  return calls().create(PODS, compliantPod(name, { '/spec/hostAliases': hostAliases }));
}

const labelsOf = async (name: string) =>
  ((await calls().read(`${PODS}/${name}`)).object['metadata'] as { labels: Record<string, string> }).labels;

/** Whether the pod is cut off. */
const isLabelled = async (name: string, is: boolean): Promise<void> =>
  vi.waitFor(async () => expect(LABEL.contained in (await labelsOf(name))).toBe(is), WAIT);

/** What the gateway is told. */
async function toldContained(sandbox: string): Promise<boolean | undefined> {
  const path = `/api/v1/namespaces/cloister-t-acme/configmaps/cloister-feed-sandbox-${NAMESPACE}.${sandbox}`;
  const { object } = await calls().read(path);
  const text = (object['data'] as Record<string, string> | undefined)?.['sandbox.json'];
  const parsed = parseSandboxFeed(text, 'acme', { namespace: NAMESPACE, sandbox });
  return 'feed' in parsed ? parsed.feed.contained : undefined;
}

afterEach(async () => {
  await calls().remove(QUARANTINES);
});

test('a sandbox is cut off before its pod is ended, and runs again after the release', async () => {
  const uid = await run('suspect');
  await says('suspect', 'Contained False/NotContained');
  // The kubelet that would end it is played: its finalizer keeps the pod where the test can look.
  await calls().merge(`${PODS}/suspect`, { metadata: { finalizers: ['example.com/keep'] } });
  await quarantine('one', { type: 'Sandbox', namespace: NAMESPACE, name: 'suspect' });
  await isLabelled('suspect', true);
  await vi.waitFor(async () => expect(await toldContained('suspect')).toBe(true), WAIT);
  const ended = await vi.waitFor(async () => {
    const found = await pod('suspect');
    expect(found?.metadata.deletionTimestamp).toBeDefined();
    return found!;
  }, WAIT);
  expect(ended.metadata).toMatchObject({ uid, labels: { [LABEL.contained]: 'true' } });
  await saysOf('one', saysContained('Containing', { contained: 0, pending: 1 }));
  await calls().merge(`${PODS}/suspect`, { metadata: { finalizers: null } });
  await calls().remove(`${PODS}/suspect?gracePeriodSeconds=0`);
  await says('suspect', 'Contained True/Quarantined', 'PodReady False/Quarantined', 'Ready False/NotReady');
  await saysOf(
    'one',
    saysContained('Contained', { contained: 1, pending: 0, secondsToContain: expect.any(Number) }),
  );
  await release('one');
  await nextPod('suspect', uid);
  await says('suspect', 'Contained False/NotContained');
  expect(await labelsOf('suspect')).not.toHaveProperty([LABEL.contained]);
});

test('pods of other workloads are cut off and released, and new ones are refused meanwhile', async () => {
  expect(await makeOther('web')).toMatchObject({ status: 201 });
  await quarantine('two', { type: 'Namespace', name: NAMESPACE });
  await isLabelled('web', true);
  await vi.waitFor(async () => {
    const refused = await makeOther('later');
    expect(refused).toMatchObject({ status: 403 });
    expect(refused.message).toMatch(/AgentQuarantine "two".*cloister release two/s);
  }, WAIT);
  await release('two');
  await isLabelled('web', false);
  await vi.waitFor(async () => expect(await makeOther('later')).toMatchObject({ status: 201 }), WAIT);
  for (const name of ['web', 'later']) await calls().remove(`${PODS}/${name}?gracePeriodSeconds=0`);
});

test('of two quarantines the release of one changes nothing', async () => {
  expect(await makeOther('twice')).toMatchObject({ status: 201 });
  await quarantine('three', { type: 'Role', name: 'data-analyst' });
  await quarantine('four', { type: 'Tenant', name: 'acme' });
  await isLabelled('twice', true);
  await release('three');
  await saysOf('four', saysContained('Contained'));
  await isLabelled('twice', true);
  await release('four');
  await isLabelled('twice', false);
  await calls().remove(`${PODS}/twice?gracePeriodSeconds=0`);
});

test('a quarantine of what does not exist holds for what is created later', async () => {
  await quarantine('five', { type: 'Sandbox', namespace: NAMESPACE, name: 'unborn' });
  await saysOf('five', saysContained('NothingToContain', { contained: 0, pending: 0 }));
  await make('unborn');
  await says('unborn', 'Contained True/Quarantined', 'PodReady False/Quarantined');
  await saysOf('five', saysContained('Contained', { contained: 1, pending: 0 }));
  expect(await pod('unborn')).toBeUndefined();
  await release('five');
  await nextPod('unborn');
  await calls().remove(`${SANDBOXES}/unborn`);
});

test('a sandbox that a policy opens is quarantined once, where its tenant asks for it', async () => {
  await run('leaky');
  await changeTenant(calls(), 'acme', () => ({ onEgressOpen: 'Quarantine' }));
  for (const binding of ['cloister-managed-objects', 'cloister-managed-objects-2']) {
    await calls().remove(
      `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/${binding}`,
    );
  }
  const policies = `/apis/networking.k8s.io/v1/namespaces/${NAMESPACE}/networkpolicies`;
  const opened = await vi.waitFor(async () => {
    const made = await calls().create(policies, {
      metadata: { name: 'wide' },
      spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{}] },
    });
    expect(made).toMatchObject({ status: 201 });
    return made;
  }, WAIT);
  expect(opened.message).toBe('');
  await says('leaky', 'Contained True/Quarantined');
  const list = async () =>
    ((await calls().read(QUARANTINES)).object as unknown as { items: AgentQuarantine[] }).items.filter(
      ({ spec }) => spec.target.name === 'leaky',
    );
  const [made, ...others] = await list();
  expect(others).toEqual([]);
  expect(made?.metadata.name).toMatch(/^egress-[0-9a-f-]{36}$/);
  expect(made?.spec.reason).toContain('NetworkPolicy "wide"');
  expect((await calls().remove(`${policies}/wide`)).status).toBe(200);
  await release(made?.metadata.name ?? '');
  await nextPod('leaky');
  await says('leaky', 'Contained False/NotContained');
  expect(await list()).toEqual([]);
  await calls().remove(`${SANDBOXES}/leaky`);
  await changeTenant(calls(), 'acme', () => ({ onEgressOpen: 'Report' }));
});

test('what was released while the operator did not run is released when it runs again', async () => {
  expect(await makeOther('missed')).toMatchObject({ status: 201 });
  await quarantine('six', { type: 'All' });
  await isLabelled('missed', true);
  await cloister().operator.stop(5_000);
  await release('six');
  await cloister().startAgain('operator');
  await isLabelled('missed', false);
  await calls().remove(`${PODS}/missed?gracePeriodSeconds=0`);
  await isGone(`${PODS}/missed`);
});
