import { Registry } from 'prom-client';
import { createLog } from '../../src/lib/log.ts';
import { createAdmissionMetrics } from '../../src/webhook/admission-metrics.ts';
import { ALLOWED } from '../../src/webhook/admission-verdict.ts';
import type { CertificateAuthority } from '../../src/certificates/certificate-authority.ts';
import { createCertificateAuthority, issueServingCertificate } from '../../src/certificates/issue.ts';
import { DEFAULT_LIMITS, type WebhookLimits } from '../../src/serve/limits.ts';
import type { Review } from '../../src/webhook/review-function.ts';
import { createReviewLoad } from '../../src/serve/load.ts';
import { createWebhookServer, type WebhookServer } from '../../src/webhook/server.ts';
import { type ReviewClient, createReviewClient } from './review-client.ts';

/** A webhook listening on loopback, and a client that trusts it. */
export interface RunningWebhook {
  readonly server: WebhookServer;
  readonly authority: CertificateAuthority;
  readonly port: number;
  readonly client: ReviewClient;
  readonly registry: Registry;
  /** The lines logged so far. */
  readonly logged: Record<string, unknown>[];
  readonly becomeReady: () => void;
  /** Reviews under way. */
  readonly inFlight: () => number;
  stop(): Promise<void>;
}

export interface RunOptions {
  readonly review?: Review;
  readonly limits?: Partial<WebhookLimits>;
  readonly ready?: boolean;
  readonly offersHttp2?: boolean;
  readonly monotonicNow?: () => number;
}

/** Starts a webhook that allows everything unless told otherwise. */
export async function runWebhook(options: RunOptions = {}): Promise<RunningWebhook> {
  const authority = await createCertificateAuthority(Date.now());
  const logged: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void logged.push(JSON.parse(line)) };
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const load = createReviewLoad(limits);
  const registry = new Registry();
  let isReady = options.ready !== false;
  const server = createWebhookServer({
    review: options.review ?? (() => ALLOWED),
    certificate: await issueServingCertificate(authority, ['127.0.0.1', 'localhost'], Date.now()),
    limits,
    load,
    metrics: createAdmissionMetrics(registry, load.inFlight),
    log: createLog({ program: 'webhook', level: 'debug', destination }),
    now: Date.now,
    monotonicNow: options.monotonicNow ?? (() => performance.now()),
    isReady: () => isReady,
    offersHttp2: options.offersHttp2 ?? false,
  });
  const port = await server.listen(0, '127.0.0.1');
  const client = createReviewClient(port, authority.certificate);
  const stop = async (): Promise<void> => {
    client.close();
    await server.close();
  };
  const becomeReady = (): void => {
    isReady = true;
  };
  return { server, authority, port, client, registry, logged, becomeReady, inFlight: load.inFlight, stop };
}
