import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { buildContainer, buildEphemeralContainer, buildPod, DIGEST, type WritablePod } from '../build/pod.ts';
import { patch, post } from './guards/dry-run-calls.ts';
import {
  ACTORS,
  enrol,
  type GuardedControlPlane,
  NAMESPACES,
  namespace,
  startGuardedControlPlane,
} from './guards/guarded-control-plane.ts';

// The pods of these tests look names up by themselves, or share their processes; the namespace says who may.
let guarded: GuardedControlPlane;

const { administrator, operator } = ACTORS;
const BACKSTOP = 'cloister-backstop';
const PODS = `${NAMESPACES}/acme-agents/pods`;
const OTHER = `sha256:${'cd'.repeat(32)}`;
const IMAGE = `ghcr.io/acme/hermes@${DIGEST}`;

const make = async (path: string, body: object) => {
  const { by, message } = await guarded.attempt(administrator, { method: 'POST', path, body });
  if (by !== 'Allowed') throw new Error(message);
};
const sharing = (tweak: (pod: WritablePod) => void = () => {}) =>
  buildPod((pod) => {
    Object.assign(pod.metadata, { name: 'sharing' });
    pod.spec.shareProcessNamespace = true;
    for (const each of [...pod.spec.containers, ...pod.spec.initContainers]) each.image = IMAGE;
    tweak(pod);
  });
const create = (tweak: (pod: WritablePod) => void = () => {}) =>
  post(
    PODS,
    sharing((pod) => {
      pod.metadata.name = 'new';
      tweak(pod);
    }),
  );

beforeAll(async () => {
  guarded = await startGuardedControlPlane();
  await make(NAMESPACES, namespace('older', {}));
  const accounts = ['acme-agents', 'older'].flatMap((inNamespace) =>
    ['agent', 'other'].map((name) => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace: inNamespace },
    })),
  );
  await guarded.controlPlane.apply(accounts);
  await make(
    `${NAMESPACES}/older/pods`,
    sharing((pod) => Object.assign(pod.metadata, { namespace: 'older' })),
  );
  await enrol(guarded, 'older');
  await exempt(`agent process-sharing,dns ${DIGEST};default service-account-token ${DIGEST}`, 'Allowed');
  await make(PODS, sharing());
});
afterAll(() => guarded?.stop());

/** As the operator writes it (`exemptionAnnotation`); the API server reads namespaces from a cache. */
async function exempt(text: string, by: string): Promise<void> {
  const metadata = { annotations: { 'cloister.dev/exemptions': text } };
  const path = `${NAMESPACES}/acme-agents`;
  const written = await guarded.attempt(operator, { ...patch(path, { metadata }), path });
  expect(written).toMatchObject({ by: 'Allowed' });
  await vi.waitFor(async () => expect(await guarded.attempt(administrator, create())).toMatchObject({ by }), {
    timeout: 10_000,
    interval: 50,
  });
}

describe('an exemption in force', () => {
  test.for<readonly [string, (pod: WritablePod) => void, string]>([
    ['lifts its check', () => {}, 'Allowed'],
    ['and no other', ({ spec }) => (spec.schedulerName = 'other'), BACKSTOP],
    [
      'not a check whose name begins as its own',
      ({ spec }) => {
        delete spec.shareProcessNamespace;
        spec.serviceAccountName = 'default';
      },
      BACKSTOP,
    ],
    ['for its ServiceAccount alone', ({ spec }) => (spec.serviceAccountName = 'other'), BACKSTOP],
    [
      'for every container or none',
      ({ spec }) => spec.containers.push(buildContainer('side', `ghcr.io/acme/side@${OTHER}`)),
      BACKSTOP,
    ],
    [
      'also for init containers',
      ({ spec }) => spec.initContainers.push(buildContainer('side', `ghcr.io/acme/side@${OTHER}`)),
      BACKSTOP,
    ],
    ['not for an image by tag', ({ spec }) => (spec.containers[0].image = 'ghcr.io/acme/hermes:1'), BACKSTOP],
    [
      'not for a digest anywhere in the text',
      ({ spec }) => (spec.containers[0].image = `ghcr.io/${DIGEST}@${OTHER}`),
      BACKSTOP,
    ],
    [
      'nor for a tag that is called as the digest',
      ({ spec }) => (spec.containers[0].image = `ghcr.io/${DIGEST}`),
      BACKSTOP,
    ],
  ])('%s', async ([, tweak, by]) => {
    expect(await guarded.attempt(administrator, create(tweak))).toMatchObject({ by });
  });

  test.for([
    [DIGEST, 'Allowed'],
    [OTHER, BACKSTOP],
  ] as const)('is asked for an ephemeral container of %s', async ([digest, by]) => {
    const debug = buildEphemeralContainer((container) => (container.image = `ghcr.io/acme/debug@${digest}`));
    const body = { spec: { ephemeralContainers: [debug] } };
    const call = patch(`${PODS}/sharing/ephemeralcontainers`, body, 'strategic-merge');
    expect(await guarded.attempt(administrator, call)).toMatchObject({ by });
  });
});

// An entry that is not whole counts for nothing.
test.for<readonly [string, string]>([
  ['no entry', ''],
  ['an entry without images', 'agent process-sharing '],
  ['an entry of another ServiceAccount', `other process-sharing ${DIGEST}`],
  ['an entry of four parts', `agent process-sharing ${DIGEST} more`],
  ['the parts of two entries', `agent dns ${DIGEST};other process-sharing ${DIGEST}`],
])('nothing is lifted by %s', async ([, text]) => {
  await exempt(`agent process-sharing ${DIGEST}`, 'Allowed');
  await exempt(text, BACKSTOP);
});

describe('a pod from before enrolment that breaks a rule', () => {
  const at = `${NAMESPACES}/older/pods/sharing`;
  const resources = { limits: { cpu: '400m' }, requests: { cpu: '400m' } };
  const resized = { spec: { containers: [{ name: 'agent', resources }] } };
  const debugged = { spec: { ephemeralContainers: [buildEphemeralContainer()] } };
  test.for([
    ['is not resized', patch(`${at}/resize`, resized, 'strategic-merge')],
    ['is not debugged', patch(`${at}/ephemeralcontainers`, debugged, 'strategic-merge')],
    ['is not changed', patch(at, { spec: { activeDeadlineSeconds: 9 } })],
  ] as const)('%s', async ([, call]) => {
    expect(await guarded.attempt(administrator, call)).toMatchObject({ by: BACKSTOP });
  });
});
