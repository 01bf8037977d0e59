import { createServer, type Server } from 'node:https';
import { beforeAll, expect, test } from 'vitest';
import { createCertificateAuthority, issueServingCertificate } from '../../src/certificates/issue.ts';
import { listenOn } from '../../src/serve/listen.ts';
import { callAPI } from '../testbed/api-request.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';
import { benchReviews } from './admission-reviews.ts';
import { type BenchPod, benchPods } from './pods.ts';

const ADDRESS = '127.0.0.1';
const PATIENCE_MILLISECONDS = 10_000;
const REGISTRATION = 'capture-review';

const controlPlane = useControlPlane();
let namespace = '';

beforeAll(async () => {
  namespace = await controlPlane.createNamespace('acme-agents');
  const hermes = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'hermes', namespace } };
  await controlPlane.apply([hermes]);
});

test('the reviews of the bench are as long as those that the API server sends', async () => {
  const pods = benchPods(20);
  const reviews = benchReviews(20);
  for (const [index, pod] of pods.entries()) {
    if (index % 4 > 0) continue;
    const captured = await captureReview(pod);
    const ratio = (reviews[index]?.body.length ?? 0) / captured.length;
    expect(ratio).toBeGreaterThan(0.85);
    expect(ratio).toBeLessThan(1.15);
  }
});

test('the reviews of the bench hold what the API server fills in', async () => {
  const [pod] = benchPods(1);
  const [review] = benchReviews(1);
  if (pod === undefined || review === undefined) throw new Error('there is no pod');
  const captured = await captureReview(pod);
  expect(paths(JSON.parse(review.body.toString('utf8')))).toEqual(
    paths(JSON.parse(captured.toString('utf8'))),
  );
});

/** Returns the path of every member, sorted, but for those that depend on who creates the pod and how. */
function paths(value: unknown, at = ''): string[] {
  if (/^\.request\.(userInfo|options)/.test(at)) return [];
  if (typeof value !== 'object' || value === null) return [at];
  const below = Object.entries(value).flatMap(([key, member]) => paths(member, `${at}.${key}`));
  return below.length === 0 ? [at] : below.toSorted();
}

/** Returns the bytes that a real API server sends a validating webhook when the pod is created. */
async function captureReview({ manifest }: BenchPod): Promise<Buffer> {
  const pod = { ...manifest, metadata: { ...manifest.metadata, namespace } };
  const captured: Buffer[] = [];
  const { server, clientConfig } = await startCapture((review) => captured.push(review));
  await controlPlane.apply([registration(clientConfig)]);
  const path = `/api/v1/namespaces/${namespace}/pods?fieldManager=kubectl-create&dryRun=All`;
  try {
    const end = performance.now() + PATIENCE_MILLISECONDS;
    for (;;) {
      const [review] = captured;
      if (review !== undefined) return review;
      // The API server uses a registration some time after it is written.
      if (performance.now() > end) throw new Error('the API server did not call the capturing webhook');
      await callAPI(controlPlane, { user: 'admin', method: 'POST', path, body: pod });
    }
  } finally {
    await controlPlane.kubectl(['delete', 'validatingwebhookconfiguration', REGISTRATION]);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Starts a webhook that keeps every review and allows it. */
async function startCapture(
  capture: (review: Buffer) => void,
): Promise<{ server: Server; clientConfig: object }> {
  const authority = await createCertificateAuthority(Date.now());
  const { certificate, privateKey } = await issueServingCertificate(authority, [ADDRESS], Date.now());
  const server = createServer({ cert: certificate, key: privateKey.reveal() }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const review = Buffer.concat(chunks);
      capture(review);
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(allow(review));
    });
  });
  const url = `https://${ADDRESS}:${await listenOn(server, 0, ADDRESS)}/`;
  const caBundle = Buffer.from(authority.certificate).toString('base64');
  return { server, clientConfig: { url, caBundle } };
}

function allow(review: Buffer): string {
  const { request } = JSON.parse(review.toString('utf8')) as { request: { uid: string } };
  const response = { uid: request.uid, allowed: true };
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response });
}

function registration(clientConfig: object): object {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: REGISTRATION },
    webhooks: [
      {
        name: 'capture.cloister.dev',
        clientConfig,
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
      },
    ],
  };
}
