import { createServer } from 'node:https';
import { createCertificateAuthority, issueServingCertificate } from '../../src/certificates/issue.ts';
import { listenOn } from '../../src/serve/listen.ts';
import { callAPI } from '../testbed/api-request.ts';
import type { ControlPlane } from '../testbed/connect-control-plane.ts';

const ADDRESS = '127.0.0.1';
const PATIENCE_MILLISECONDS = 10_000;

/**
 * The bytes that a real API server sends a validating webhook when the pod is created, defaults and managedFields
 * included. The pod's namespace and ServiceAccount must be there.
 */
export async function captureReview(controlPlane: ControlPlane, pod: Manifest): Promise<Buffer> {
  const authority = await createCertificateAuthority(Date.now());
  const { certificate, privateKey } = await issueServingCertificate(authority, [ADDRESS], Date.now());
  const captured: Buffer[] = [];
  const server = createServer({ cert: certificate, key: privateKey.reveal() }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const review = Buffer.concat(chunks);
      captured.push(review);
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(allow(review));
    });
  });
  const port = await listenOn(server, 0, ADDRESS);
  const url = `https://${ADDRESS}:${port}/`;
  await controlPlane.apply([registration(url, authority.certificate, pod.metadata.namespace)]);
  const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods?fieldManager=kubectl-create&dryRun=All`;
  try {
    const end = performance.now() + PATIENCE_MILLISECONDS;
    for (;;) {
      const [review] = captured;
      if (review !== undefined) return review;
      // The API server learns of a registration some time after it is written.
      if (performance.now() > end) throw new Error('the API server did not call the capturing webhook');
      await callAPI(controlPlane, { user: 'admin', method: 'POST', path, body: pod });
    }
  } finally {
    await controlPlane.kubectl(['delete', 'validatingwebhookconfiguration', NAME]);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** A pod as its author writes it. */
export interface Manifest {
  readonly metadata: { readonly name?: string; readonly namespace: string };
}

const NAME = 'capture-review';

function allow(review: Buffer): string {
  const { request } = JSON.parse(review.toString('utf8')) as { request: { uid: string } };
  const response = { uid: request.uid, allowed: true };
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response });
}

function registration(url: string, authority: string, namespace: string): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: NAME },
    webhooks: [
      {
        name: 'capture.cloister.dev',
        clientConfig: { url, caBundle: Buffer.from(authority).toString('base64') },
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
      },
    ],
  };
}
