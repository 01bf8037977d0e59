import { OPERATOR_USER } from '../../../../src/api/names.ts';
import { takeProxySecret, takeSandbox, type WritablePod } from '../../../build/pod.ts';
import type { FailFixture, Fixture } from './fixture.ts';

const AS_OPERATOR = { user: { name: OPERATOR_USER, groups: [] } };

const ofSandbox = (pod: WritablePod, secret: string): void => {
  takeSandbox(pod, 'agent');
  takeProxySecret(pod, secret);
};

const otherIdentity = (name: string, secret: string, tweak: (pod: WritablePod) => void): FailFixture => ({
  name,
  tweak,
  context: AS_OPERATOR,
  fields: ['spec.containers[0].env[0].valueFrom.secretKeyRef'],
  found: [`{"name":"${secret}","key":"secret"}`],
});

export const OWN_SANDBOX: Fixture = {
  name: 'the proxy secret of its own sandbox, in a URL by reference',
  tweak: (pod) => {
    const url = 'http://agent:$(CLOISTER_PROXY_SECRET)@cloister-gateway:3128';
    takeSandbox(pod, 'agent');
    pod.spec.containers[0].env?.push({ name: 'HTTP_PROXY', value: url });
    pod.spec.containers[0].args = ['--proxy', url, `--proxy=${url}`];
  },
  context: AS_OPERATOR,
};

/** Pods that would prove to the gateway to be somebody else. */
export const OTHER_IDENTITIES: readonly FailFixture[] = [
  otherIdentity('the proxy secret of another role', 'cloister-proxy-r-boss', (pod) =>
    takeProxySecret(pod, 'cloister-proxy-r-boss'),
  ),
  otherIdentity(
    'the proxy secret of a role whose name goes on after its own',
    'cloister-proxy-r-data-analyst-2',
    (pod) => takeProxySecret(pod, 'cloister-proxy-r-data-analyst-2'),
  ),
  otherIdentity('the proxy secret of a sandbox without its label', 'cloister-proxy-s-agent', (pod) =>
    takeProxySecret(pod, 'cloister-proxy-s-agent'),
  ),
  otherIdentity('the proxy secret of another sandbox', 'cloister-proxy-s-other', (pod) =>
    ofSandbox(pod, 'cloister-proxy-s-other'),
  ),
  otherIdentity(
    'the proxy secret of the role in a pod of a sandbox',
    'cloister-proxy-r-data-analyst',
    (pod) => ofSandbox(pod, 'cloister-proxy-r-data-analyst'),
  ),
  {
    name: 'the proxy secret of its role in a pod without one',
    tweak: (pod) => {
      delete pod.metadata.labels['cloister.dev/role'];
    },
    context: { scope: 'None', role: null, tenant: null },
    fields: ['spec.containers[0].env[0].valueFrom.secretKeyRef'],
  },
];
