import { Registry } from 'prom-client';
import { createLog } from '../../src/lib/log.ts';
import { createAdmissionMetrics } from '../../src/webhook/admission-metrics.ts';
import { ALLOWED } from '../../src/webhook/admission-verdict.ts';
import {
  type CertificateAuthority,
  createCertificateAuthority,
  issueServingCertificate,
} from '../../src/certificates/issue.ts';
import type { HttpsServer } from '../../src/serve/https-server.ts';
import type { ServerLimits } from '../../src/serve/limits.ts';
import { createLoad } from '../../src/serve/load.ts';
import { DEFAULT_LIMITS } from '../../src/webhook/configuration.ts';
import type { Review } from '../../src/webhook/handle-review.ts';
import { createWebhookServer } from '../../src/webhook/server.ts';
import { type ReviewClient, createReviewClient } from './review-client.ts';

/** A webhook listening on loopback, and a client that trusts it. */
export interface RunningWebhook {
  readonly server: HttpsServer;
  readonly authority: CertificateAuthority;
  readonly port: number;
  readonly client: ReviewClient;
  readonly registry: Registry;
  /** The lines logged so far. */
  readonly logged: Record<string, unknown>[];
  readonly becomeReady: () => void;
  stop(): Promise<void>;
}

export interface RunOptions {
  readonly review?: Review;
  readonly limits?: Partial<ServerLimits>;
  readonly ready?: boolean;
  readonly monotonicNow?: () => number;
}

/** Starts a webhook that allows everything unless a review is given. */
export async function runWebhook(options: RunOptions = {}): Promise<RunningWebhook> {
  const authority = await createCertificateAuthority(Date.now());
  const logged: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void logged.push(JSON.parse(line)) };
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const load = createLoad(limits);
  const registry = new Registry();
  let isReady = options.ready !== false;
  const server = createWebhookServer({
    review: options.review ?? (() => ALLOWED),
    certificate: await issueServingCertificate(authority, ['127.0.0.1', 'localhost'], Date.now()),
    limits,
    load,
    metrics: createAdmissionMetrics(registry, load.inFlight),
    log: createLog({ program: 'webhook', level: 'debug', destination }),
    monotonicNow: options.monotonicNow ?? (() => performance.now()),
    now: Date.now,
    isReady: () => isReady,
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
  return { server, authority, port, client, registry, logged, becomeReady, stop };
}
