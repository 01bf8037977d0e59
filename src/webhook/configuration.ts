import { SYSTEM_NAMESPACE, WEBHOOK } from '../api/names.ts';
import { LOG_LEVELS, type LogLevel } from '../lib/log.ts';
import { digests, dnsLabel, httpsHost, nonEmpty, oneOf, readSettings, wholeNumber } from '../lib/settings.ts';
import type { AdmissionConfiguration } from '../policy/admission/review-context.ts';
import type { ServerLimits } from '../serve/limits.ts';

/** The configuration of the webhook. */
export interface WebhookConfiguration {
  /** The address to listen on. Undefined means all addresses. */
  readonly address: string | undefined;
  /** 0 lets the system choose. */
  readonly ports: { readonly reviews: number; readonly probes: number; readonly metrics: number };
  /** Path of a kubeconfig. Undefined means $KUBECONFIG, ~/.kube/config or the pod's ServiceAccount, in this order. */
  readonly kubeconfig: string | undefined;
  /** Namespace of the webhook, its Secret and its ConfigMap. */
  readonly namespace: string;
  /** DNS names and IP addresses of the serving certificate. The self-probe verifies the first of them. */
  readonly hosts: readonly string[];
  readonly admission: AdmissionConfiguration;
  readonly drainMilliseconds: number;
  readonly limits: ServerLimits;
  readonly logLevel: LogLevel;
}

const SETTINGS = [
  'address',
  'port',
  'probe-port',
  'metrics-port',
  'kubeconfig',
  'namespace',
  'service-name',
  'url',
  'operator-user',
  'start-gate-digests',
  'drain-seconds',
  'deadline-milliseconds',
  'reviews-in-flight',
  'log-level',
] as const;

/** Sized for a container of 512 MiB and for an API server with its default of 600 requests in flight. */
export const DEFAULT_LIMITS: ServerLimits = Object.freeze({
  // The API server sends the object and the old object. controller-runtime has the same limit.
  maxBodyBytes: 7 * 1024 * 1024,
  maxRequestsInFlight: 512,
  maxBufferedBytes: 64 * 1024 * 1024,
  // One second less than the registrations' `timeoutSeconds`, so that the API server receives the response.
  deadlineMilliseconds: 4_000,
  headersMilliseconds: 5_000,
  // Longer than the 90 s after which Go's client closes an idle connection, so that the client closes it.
  idleMilliseconds: 120_000,
  maxConnections: 2_048,
});

/** Reads the configuration from flags and environment. Throws one error that lists every problem. */
export function readConfiguration(
  parameters: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): WebhookConfiguration {
  const source = { program: 'webhook', names: SETTINGS, parameters, environment };
  const { deadlineMilliseconds, maxRequestsInFlight } = DEFAULT_LIMITS;
  const port = wholeNumber(0, 65_535);
  return readSettings(source, (read) => {
    const namespace = read('namespace', dnsLabel, SYSTEM_NAMESPACE);
    const service = read('service-name', dnsLabel, WEBHOOK);
    const operatorUser = `system:serviceaccount:${namespace}:cloister-operator`;
    return {
      address: read<string | undefined>('address', nonEmpty, undefined),
      ports: {
        reviews: read('port', port, 9443),
        probes: read('probe-port', port, 8081),
        metrics: read('metrics-port', port, 9090),
      },
      kubeconfig: read<string | undefined>('kubeconfig', nonEmpty, undefined),
      namespace,
      hosts: hostsOf(service, namespace, read('url', httpsHost, null)),
      admission: {
        operatorUser: read('operator-user', nonEmpty, operatorUser),
        startGateDigests: read('start-gate-digests', digests, []),
      },
      drainMilliseconds: read('drain-seconds', wholeNumber(0, 600), 10) * 1000,
      limits: {
        ...DEFAULT_LIMITS,
        deadlineMilliseconds: read('deadline-milliseconds', wholeNumber(100, 29_000), deadlineMilliseconds),
        maxRequestsInFlight: read('reviews-in-flight', wholeNumber(1, 10_000), maxRequestsInFlight),
      },
      logLevel: read('log-level', oneOf(...LOG_LEVELS), 'info'),
    };
  });
}

function hostsOf(service: string, namespace: string, external: string | null): readonly string[] {
  const internal = [`${service}.${namespace}.svc`, `${service}.${namespace}.svc.cluster.local`];
  return external === null ? internal : [external, ...internal];
}
