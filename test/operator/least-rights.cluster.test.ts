import { afterAll, expect, test, vi } from 'vitest';
import { GATEWAY_CERTIFICATE, OPERATOR_USER } from '../../src/api/names.ts';
import { describeRight, type Right } from '../../src/cli/doctor/operator-rights.ts';
import { podsPath } from '../e2e/samples.ts';
import { SANDBOXES, sandboxCalls } from '../e2e/sandbox-calls.ts';
import { changeTenant, listed, TENANTS } from '../e2e/tenants.ts';
import { RUNNING, useSandboxes } from '../e2e/use-sandboxes.ts';
import { type AuditedRequest, type AuditLog, createAuditLog } from '../testbed/audit-log.ts';
import { freeLease } from './free-lease.ts';
import { allows, grantedRights, neededRights } from './granted-rights.ts';
import { runRelease } from './run-release.ts';

/** Rights that no request of this file shows, and why the operator has them. */
const EXCEPTIONS: readonly (readonly [right: RegExp, reason: string])[] = [
  [
    /^bind clusterroles\.rbac\.authorization\.k8s\.io cloister-/,
    'the API server looks for it when a RoleBinding is written, and logs the write alone; without it that is refused',
  ],
  [
    /^watch \w+\.(cilium\.io|crd\.antrea\.io|(crd\.)?projectcalico\.org|policy\.networking\.k8s\.io)$/,
    'needed where the kind is installed; test/e2e/sandbox-egress.cluster.test.ts installs them',
  ],
  [
    /^patch agentsandboxes\.cloister\.dev$/,
    'needed where there is a Vault; test/e2e/vault-sandboxes.cluster.test.ts has one',
  ],
];

const NAMESPACES = '/api/v1/namespaces';
const LEASE = '/apis/coordination.k8s.io/v1/namespaces/cloister-system/leases/cloister-operator';
const BINDINGS = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings';
const WAIT = { timeout: 40_000, interval: 200 };

let log: AuditLog;
const { calls, controlPlane, cloister, changeSandbox, isGone, nextPod, run, says } = useSandboxes(
  undefined,
  async () => {
    log = await createAuditLog(OPERATOR_USER);
    // Off by default, and stricter: it wants rights to the owners of what is written.
    const plugins = 'NodeRestriction,PodSecurity,OwnerReferencesPermissionEnforcement';
    return { apiServerFlags: [...log.apiServerFlags, `--enable-admission-plugins=${plugins}`] };
  },
);
afterAll(() => log?.remove());

const present = async (path: string): Promise<void> =>
  vi.waitFor(async () => expect((await calls().read(path)).status).toBe(200), WAIT);

async function enrols(namespace: string): Promise<void> {
  await calls().create(NAMESPACES, { metadata: { name: namespace } });
  // From before enrolment, and against the contract.
  const spec = { containers: [{ name: 'main', image: 'packages.example.com/old:1' }] };
  await calls().create(podsPath(namespace), { metadata: { name: 'old' }, spec });
  await changeTenant(calls(), 'acme', ({ namespaces }) => ({
    namespaces: [...namespaces, listed(namespace)],
    adopt: 'Evict',
  }));
}

test('sandboxes are made, restored, stopped and deleted after their end', { timeout: 120_000 }, async () => {
  const uid = await run('restored', { restartPolicy: 'Always' });
  await calls().remove(`${podsPath()}/restored`);
  await nextPod('restored', uid);
  await run('short', { ttlSecondsAfterFinished: 1 });
  await changeSandbox('short', { state: 'Stopped' });
  await isGone(`${SANDBOXES}/short`);
});

test('a sandbox that a policy opens is quarantined and cut off', { timeout: 120_000 }, async () => {
  await run('leaky');
  await changeTenant(calls(), 'acme', () => ({ onEgressOpen: 'Quarantine' }));
  for (const name of ['cloister-managed-objects', 'cloister-managed-objects-2']) {
    await calls().remove(`${BINDINGS}/${name}`);
  }
  const policies = '/apis/networking.k8s.io/v1/namespaces/acme-agents/networkpolicies';
  const spec = { podSelector: {}, policyTypes: ['Egress'], egress: [{}] };
  await vi.waitFor(async () => {
    expect((await calls().create(policies, { metadata: { name: 'wide' }, spec })).status).toBe(201);
  }, WAIT);
  await says('leaky', 'Contained True/Quarantined');
  await calls().remove(`${policies}/wide`);
});

test('what somebody changed or deleted is repaired, also the lease', { timeout: 120_000 }, async () => {
  for (const name of ['cloister-managed-objects', 'cloister-managed-objects-2']) {
    await calls().remove(`${BINDINGS}/${name}`);
  }
  const policy = '/apis/networking.k8s.io/v1/namespaces/acme-agents/networkpolicies/cloister-default-deny';
  await vi.waitFor(async () => expect((await calls().remove(policy)).status).toBe(200), WAIT);
  await present(policy);
  await cloister().operator.stop(5_000);
  const secret = `${NAMESPACES}/cloister-t-acme/secrets/${GATEWAY_CERTIFICATE.secret}`;
  const broken = { [GATEWAY_CERTIFICATE.certificateKey]: 'AAAA' };
  expect((await calls().merge(secret, { data: broken })).status).toBe(200);
  expect((await calls().remove(LEASE)).status).toBe(200);
  await cloister().startAgain('operator');
  await present(LEASE);
  await freeLease(calls());
  const data = async () => (await calls().read(secret)).object['data'];
  await vi.waitFor(async () => expect(await data()).not.toMatchObject(broken), WAIT);
});

test('a namespace, a tenant and all of them are released', { timeout: 180_000 }, async () => {
  await controlPlane().controllersRunning();
  await enrols('leaving');
  const leaving = sandboxCalls(calls, 'leaving');
  await vi.waitFor(() => leaving.make('runs'), WAIT);
  await leaving.nextPod('runs');
  await leaving.play('runs', RUNNING);
  await changeTenant(calls(), 'acme', ({ namespaces }) => ({
    namespaces: namespaces.filter(({ name }) => name !== 'leaving'),
  }));
  await isGone(`${NAMESPACES}/leaving/secrets/cloister-proxy-s-runs`);
  await isGone('/apis/networking.k8s.io/v1/namespaces/leaving/networkpolicies/cloister-default-deny');
  await calls().remove(`${TENANTS}/acme`);
  await vi.waitFor(async () => {
    expect((await calls().read(`${NAMESPACES}/cloister-t-acme`)).status).toBe(404);
  }, WAIT);
  await cloister().operator.stop(5_000);
  await runRelease(controlPlane());
});

test('no right of the operator was without use, and none was missing', async () => {
  const requests = await log.read();
  const { unused, uncovered } = compare(requests);
  expect(unused.filter((right) => !EXCEPTIONS.some(([exception]) => exception.test(right)))).toEqual([]);
  expect(uncovered).toEqual([]);
  for (const [exception] of EXCEPTIONS) expect(unused.some((right) => exception.test(right))).toBe(true);
});

/** Which rights no request needed that a narrower one does not allow, and what was asked for without a right. */
function compare(requests: readonly AuditedRequest[]) {
  const granted = grantedRights();
  const used = new Set<Right>();
  const uncovered = new Set<string>();
  for (const needed of requests.filter(({ objectRef }) => objectRef !== undefined).flatMap(neededRights)) {
    const right = granted.find((one) => allows(one, needed));
    if (right === undefined) uncovered.add(describeRight(needed));
    else used.add(right);
  }
  const unused = granted.filter((right) => !used.has(right)).map(describeRight);
  return { unused, uncovered: [...uncovered] };
}
