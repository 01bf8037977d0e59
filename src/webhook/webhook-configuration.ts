import type { LogLevel } from '../lib/log.ts';
import type { AdmissionConfiguration } from '../policy/admission/review-context.ts';
import type { WebhookLimits } from '../serve/limits.ts';

/** How an installation runs the webhook. */
export interface WebhookConfiguration {
  /** All addresses where it is undefined. */
  readonly address: string | undefined;
  /** 0 lets the system choose. */
  readonly ports: { readonly reviews: number; readonly probes: number; readonly metrics: number };
  /** Path of a kubeconfig; undefined for $KUBECONFIG, ~/.kube/config, then the pod's ServiceAccount. */
  readonly kubeconfig: string | undefined;
  /** Where the webhook runs, and its Secret and ConfigMap are. */
  readonly namespace: string;
  /** DNS names and IP addresses that the serving certificate is for; the first is the one asked for in the self-probe. */
  readonly hosts: readonly string[];
  /** Where the webhook's URL is on loopback: there the API server asks for HTTP/2. */
  readonly offersHttp2: boolean;
  readonly admission: AdmissionConfiguration;
  readonly drainMilliseconds: number;
  readonly limits: WebhookLimits;
  readonly logLevel: LogLevel;
}
