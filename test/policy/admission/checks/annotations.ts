import type { CheckFixtures, FailFixture } from './fixture.ts';

/** Annotations that a program of a cluster obeys, and where that is documented. */
const ACTING: readonly [annotation: string, value: string, source: string, invalid?: string][] = [
  [
    'k8s.v1.cni.cncf.io/networks',
    'storage',
    'a second interface: Multus, Network Plumbing WG standard 4.1.1',
  ],
  ['v1.multus-cni.io/default-network', 'other', 'another first interface: Multus, docs/how-to-use.md'],
  [
    'cni.projectcalico.org/allowedSourcePrefixes',
    '["10.0.0.0/8"]',
    'a spoofed source: Calico, workload options',
  ],
  ['cni.projectcalico.org/ipAddrs', '["10.0.0.9"]', 'an address of its choice: Calico, static IPs'],
  ['k8s.ovn.org/pod-networks', '{}', 'addresses: OVN-Kubernetes'],
  ['ovn.kubernetes.io/ip_address', '10.16.0.9', 'an address of its choice: Kube-OVN, static IPs'],
  ['policy.cilium.io/proxy-visibility', '<Egress/53/UDP/DNS>', 'another path of packets: Cilium'],
  ['io.cilium/no-track-port', '8080', 'packets past connection tracking: Cilium'],
  ['kube-router.io/pod-cidr', '10.0.0.0/8', 'addresses: kube-router'],
  ['kubernetes.io/egress-bandwidth', '10G', 'a rate: the bandwidth plug-in of CNI'],
  ['io.kubernetes.cri-o.Devices', '/dev/kmsg', 'a device: CRI-O, allowed_annotations'],
  ['io.kubernetes.cri-o.userns-mode', 'auto', 'another user namespace: CRI-O'],
  ['io.katacontainers.config.hypervisor.kernel_params', 'init=/bin/sh', 'the guest: Kata Containers'],
  ['dev.gvisor.spec.mount.data.type', 'bind', 'a mount: gVisor, containerd user guide'],
  ['devices.noderesource.dev/container.agent', '- path: /dev/kmsg', 'a device: NRI, device injector'],
  ['cdi.k8s.io/agent', 'vendor.com/gpu=all', 'a device: CDI'],
  ['sidecar.istio.io/inject', 'true', 'another container: Istio'],
  ['linkerd.io/inject', 'enabled', 'another container: Linkerd'],
  ['consul.hashicorp.com/connect-inject', 'true', 'another container: Consul'],
  ['vault.hashicorp.com/agent-inject', 'true', 'a credential: Vault Agent Injector'],
  ['dapr.io/enabled', 'true', 'another container: Dapr'],
  ['instrumentation.opentelemetry.io/inject-python', 'true', 'code: OpenTelemetry operator'],
  ['admission.datadoghq.com/python-lib.version', 'v2', 'code: Datadog'],
  [
    'kubernetes.io/config.mirror',
    'x',
    'no kubelet runs the pod: Kubernetes, mirror pods',
    'a mirror pod has no ServiceAccount',
  ],
  [
    'seccomp.security.alpha.kubernetes.io/pod',
    'unconfined',
    'no filter: kubelets before 1.25 (KEP-135)',
    'it says the same as the field',
  ],
  ['pod.kubernetes.io/lifecycle', 'x', 'names of Kubernetes that are not known yet'],
  ['scheduler.alpha.kubernetes.io/critical-pod', '', 'priority: kubelets before 1.16'],
  ['example.com/note', 'x', 'a program that nobody knows of'],
  ['allowedSourcePrefixes', 'x', 'a name without a prefix'],
];

const acting = ACTING.map(([annotation, value, source, invalid]): FailFixture => ({
  name: `${annotation} (${source})`,
  tweak: ({ metadata }) => {
    metadata.annotations = { [annotation]: value };
  },
  fields: [`metadata.annotations[${annotation}]`],
  found: ['set'],
  ...(invalid === undefined ? {} : { invalid }),
}));

export const annotationsFixtures: CheckFixtures = {
  check: 'annotations',
  pass: [
    {
      name: 'harmless annotations of Kubernetes, and the marks of Prometheus',
      tweak: ({ metadata }) => {
        metadata.annotations = {
          'kubectl.kubernetes.io/default-container': 'agent',
          'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z',
          'kubernetes.io/limit-ranger': 'LimitRanger plugin set: cpu limit for container agent',
          'kubernetes.io/description': 'An agent.',
          'batch.kubernetes.io/job-completion-index': '3',
          'controller.kubernetes.io/pod-deletion-cost': '5',
          'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
          'prometheus.io/scrape': 'true',
          'prometheus.io/port': '9090',
          'prometheus.io/path': '/metrics',
          'prometheus.io/scheme': 'https',
        };
      },
    },
    {
      name: 'an annotation that acts, from before an update',
      tweak: ({ metadata }) => {
        metadata.annotations = { 'k8s.v1.cni.cncf.io/networks': 'storage' };
      },
      context: { operation: 'Update', before: { annotations: { 'k8s.v1.cni.cncf.io/networks': 'storage' } } },
    },
    {
      name: 'what a CNI controller in kube-system writes on a running pod',
      tweak: ({ metadata }) => {
        metadata.annotations = { 'ovn.kubernetes.io/allocated': 'true' };
      },
      context: {
        operation: 'Update',
        user: { name: 'system:serviceaccount:kube-system:kube-ovn', groups: [] },
      },
    },
  ],
  fail: [
    ...acting,
    {
      name: 'a controller in kube-system that makes the pod of a template',
      tweak: ({ metadata }) => {
        metadata.annotations = { 'k8s.v1.cni.cncf.io/networks': 'storage' };
      },
      context: { user: { name: 'system:serviceaccount:kube-system:replicaset-controller', groups: [] } },
      fields: ['metadata.annotations[k8s.v1.cni.cncf.io/networks]'],
    },
    {
      name: 'names that only begin like harmless ones, or differ in case',
      tweak: ({ metadata }) => {
        metadata.annotations = {
          'prometheus.io/scrape-all': 'x',
          'Prometheus.io/scrape': 'x',
          'kubectl.kubernetes.io.example.com/x': 'x',
          'x.kubectl.kubernetes.io/x': 'x',
        };
      },
      fields: [
        'metadata.annotations[prometheus.io/scrape-all]',
        'metadata.annotations[Prometheus.io/scrape]',
        'metadata.annotations[kubectl.kubernetes.io.example.com/x]',
        'metadata.annotations[x.kubectl.kubernetes.io/x]',
      ],
    },
  ],
};
