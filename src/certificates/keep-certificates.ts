import type { Clock } from '../lib/clock.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { Logger } from '../lib/log.ts';
import type { WebhookConfiguration } from '../webhook/webhook-configuration.ts';
import { type CertificateManager, createCertificateManager } from './certificate-manager.ts';
import { certificateObjectsIn } from './certificate-objects.ts';
import { createKubernetesCertificateStore } from './kubernetes-certificate-store.ts';
import type { ServingCertificate } from './serving-certificate.ts';

/**
 * How often a replica looks at its certificates, which is four small reads: a registration that was deleted and made
 * again is trusted again this soon. Milliseconds.
 */
const INTERVAL = 10_000;

/** The same while there is nothing to serve yet. Milliseconds. */
const FIRST_INTERVAL = 500;

/** The certificates of a running replica. */
export interface KeptCertificates {
  readonly status: CertificateManager['status'];
  /** The first certificate; it comes once the API server could be asked and told. */
  readonly first: Promise<ServingCertificate>;
  /** Who is given every certificate after the first. */
  readonly serve: (onCertificate: (certificate: ServingCertificate) => void) => void;
}

/** Looks at the certificates again and again until the signal; a failure is logged and tried again. */
export function keepCertificates(
  parts: { configuration: WebhookConfiguration; client: KubeClient; log: Logger; clock: Clock },
  signal: AbortSignal,
): KeptCertificates {
  const { configuration, client, log, clock } = parts;
  const first = Promise.withResolvers<ServingCertificate>();
  let onCertificate: (certificate: ServingCertificate) => void = first.resolve;
  const manager = createCertificateManager({
    store: createKubernetesCertificateStore(client, certificateObjectsIn(configuration.namespace)),
    hosts: configuration.hosts,
    log,
    now: Date.now,
    onCertificate: (certificate) => onCertificate(certificate),
  });
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await manager.check().catch((error: unknown) => {
        log.error({ err: error }, 'certificates could not be checked; trying again');
      });
      await clock
        .sleep(manager.status().serving === null ? FIRST_INTERVAL : INTERVAL, signal)
        .catch(() => {});
    }
  };
  void run();
  return {
    status: manager.status,
    first: first.promise,
    serve: (serve) => {
      onCertificate = serve;
    },
  };
}
