import type { KubeClient } from '../kube/kube-client.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { ServingCertificate } from '../serve/https-server.ts';
import { type CertificateManager, createCertificateManager } from './certificate-manager.ts';
import { certificateObjectsIn, createKubernetesCertificateStore } from './kubernetes-certificate-store.ts';

export interface KeepCertificatesOptions {
  /** Namespace of the Secret and the ConfigMap. */
  readonly namespace: string;
  /** DNS names and IP addresses that clients use for the server. */
  readonly hosts: readonly string[];
  readonly client: KubeClient;
  readonly log: Logger;
  readonly clock: Clock;
}

/** The certificates of a running replica. */
export interface KeptCertificates {
  readonly status: CertificateManager['status'];
  /** The first certificate. It resolves when the API server has stored the authority and published the bundle. */
  readonly first: Promise<ServingCertificate>;
  /** Sets the function that receives every certificate after the first. */
  readonly serve: (onCertificate: (certificate: ServingCertificate) => void) => void;
}

/** A check is four small reads. A registration that was deleted and created again is trusted again after this time. */
const INTERVAL_MILLISECONDS = 10_000;
/** The interval until there is a certificate. */
const FIRST_INTERVAL_MILLISECONDS = 500;

/** Checks the certificates at an interval until the signal is aborted. A failure is logged and tried again. */
export function keepCertificates(options: KeepCertificatesOptions, signal: AbortSignal): KeptCertificates {
  const { namespace, hosts, client, log, clock } = options;
  const first = Promise.withResolvers<ServingCertificate>();
  let onCertificate: (certificate: ServingCertificate) => void = first.resolve;
  const manager = createCertificateManager({
    store: createKubernetesCertificateStore(client, certificateObjectsIn(namespace)),
    hosts,
    log,
    now: Date.now,
    onCertificate: (certificate) => onCertificate(certificate),
  });
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await manager.check().catch((error: unknown) => {
        log.error({ err: error }, 'certificates could not be checked; trying again');
      });
      const isServing = manager.status().serving !== null;
      const interval = isServing ? INTERVAL_MILLISECONDS : FIRST_INTERVAL_MILLISECONDS;
      await clock.sleep(interval, signal).catch(() => {});
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
