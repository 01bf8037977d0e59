import { expect, test } from 'vitest';
import { policyPodOf } from '../../../src/policy/network-policies/policy-pod.ts';

const port = (name: string, containerPort: number) => ({ name, containerPort, protocol: 'TCP' });

test('a pod as policies see it', () => {
  const pod = {
    metadata: { namespace: 'acme-agents', labels: { app: 'agent' } },
    spec: {
      hostNetwork: true,
      containers: [{ ports: [port('http', 8080)] }, {}, { ports: [port('metrics', 9090)] }],
      initContainers: [
        { ports: [port('ended', 1)] },
        { restartPolicy: 'Always', ports: [port('sidecar', 2)] },
      ],
    },
  };
  expect(policyPodOf(pod, { team: 'agents' })).toEqual({
    namespace: 'acme-agents',
    labels: { app: 'agent' },
    namespaceLabels: { team: 'agents' },
    ports: [port('http', 8080), port('metrics', 9090), port('sidecar', 2)],
    hostNetwork: true,
  });
});

test('a pod that says nothing', () => {
  expect(policyPodOf({}, {})).toEqual({
    namespace: '',
    labels: {},
    namespaceLabels: {},
    ports: [],
    hostNetwork: false,
  });
});
