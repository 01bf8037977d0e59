import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHART, type Helm, prepareHelm } from '../testbed/helm.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const controlPlane = useControlPlane();
let helm: Helm;

beforeAll(async () => {
  helm = await prepareHelm(controlPlane.kubeconfig);
});
afterAll(() => helm.remove());

test.for([
  ['another namespace', ['-n', 'elsewhere'], 'has to be installed in namespace cloister-system'],
  [
    'a database without a port',
    ['-n', 'cloister-system', '--set', 'operator.databases[0].cidr=10.20.0.0/16'],
    'port',
  ],
  ['an unknown value', ['-n', 'cloister-system', '--set', 'webhok.replicas=1'], 'webhok'],
  [
    'a start gate without a digest',
    ['-n', 'cloister-system', '--set', 'startGate.digests={latest}'],
    'startGate',
  ],
  [
    'a grace period above 30 s',
    ['-n', 'cloister-system', '--set', 'terminationGracePeriodSeconds=60'],
    'terminationGracePeriodSeconds',
  ],
  [
    'a grace period shorter than draining takes',
    ['-n', 'cloister-system', '--set', 'webhook.drainSeconds=20,webhook.timeoutSeconds=15'],
    'terminationGracePeriodSeconds is 30, but a webhook that stops needs 35 s',
  ],
  [
    'a start gate that is not pinned',
    ['-n', 'cloister-system', '--set', 'startGate.image.repository=registry.example/gate'],
    'startGate.image.digest is not set, but startGate.image.repository is registry.example/gate',
  ],
  [
    'a start gate from nowhere',
    ['-n', 'cloister-system', '--set', `startGate.image.digest=${DIGEST}`],
    'startGate.image.repository is not set',
  ],
  [
    'a gateway image from nowhere',
    ['-n', 'cloister-system', '--set', `gateway.image.digest=${DIGEST}`],
    'gateway.image.repository is not set',
  ],
  [
    'a port that there is not',
    ['-n', 'cloister-system', '--set', 'startGate.outsideTargets={1.1.1.1:70000}'],
    'startGate.outsideTargets has 1.1.1.1:70000, but a port is a number from 1 to 65535',
  ],
  [
    'an outside target without a port',
    ['-n', 'cloister-system', '--set', 'startGate.outsideTargets={1.1.1.1}'],
    '/startGate/outsideTargets/0',
  ],
  [
    'no outside target at all',
    ['-n', 'cloister-system', '--set-json', 'startGate.outsideTargets=[]'],
    '/startGate/outsideTargets',
  ],
  [
    'a digest of another form',
    ['-n', 'cloister-system', '--set', 'image.digest=sha256:1234'],
    '/image/digest',
  ],
  ['33 operators', ['-n', 'cloister-system', '--set', 'operator.replicas=33'], '/operator/replicas'],
  [
    'a gateway without a memory limit',
    ['-n', 'cloister-system', '--set', 'gateway.resources.limits.memory=null'],
    '/gateway/resources/limits',
  ],
  [
    'a limit that is no quantity',
    ['-n', 'cloister-system', '--set', 'gateway.resources.limits.memory=lots'],
    '/gateway/resources/limits/memory',
  ],
  [
    'an unknown value of the start gate',
    ['-n', 'cloister-system', '--set', 'startGate.image.tag=latest'],
    "additional properties 'tag' not allowed",
  ],
  [
    'a word for node ports that it does not know',
    ['-n', 'cloister-system', '--set', 'startGate.nodePorts=Ignore'],
    '/startGate/nodePorts',
  ],
  ['an old cluster', ['-n', 'cloister-system', '--kube-version', '1.35.0'], 'kubeVersion'],
] as const)('the chart refuses %s', async ([, args, message]) => {
  const { code, stderr } = await helm.run(['template', 'cloister', CHART, ...args]);
  expect(code).not.toBe(0);
  expect(stderr).toContain(message);
});
