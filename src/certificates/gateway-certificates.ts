import { createPrivateKey, X509Certificate } from 'node:crypto';
import { GATEWAY, GATEWAY_CERTIFICATE } from '../api/names.ts';
import { findObject } from '../kube/find-object.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { KubeLogger } from '../kube/kube-logger.ts';
import { resources } from '../kube/resources.ts';
import type { ServingCertificate } from '../serve/https-server.ts';
import { readAuthorities, type SecretObject, writeAuthorities } from './authority-secret.ts';
import { readCertificateFacts } from './certificate-facts.ts';
import { createCertificateAuthority, issueServingCertificate } from './issue.ts';
import {
  changeAuthorities,
  isAuthorityAction,
  nextRotationTime,
  planRotation,
  rotationState,
  type RotationState,
} from './rotation.ts';
import { bundleOf, certificatesOf, type StoredAuthorities } from './stored-authorities.ts';

/** Where the certificates of one tenant's gateway are kept, and when it is. */
export interface GatewayCertificateContext {
  readonly client: KubeClient;
  readonly logger: KubeLogger;
  /** The tenant's system namespace. */
  readonly namespace: string;
  /** Labels of the Secrets. */
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The authorities as they were read. */
export interface GatewayAuthorities {
  readonly authorities: StoredAuthorities;
  readonly version: string | null;
  /** What agents must trust, in PEM. */
  readonly bundle: string;
}

/** Reads the authorities of a tenant's gateway, which are made where there are none. */
export async function readGatewayAuthorities(
  context: GatewayCertificateContext,
): Promise<GatewayAuthorities> {
  const { client, logger, namespace, now } = context;
  const secret = secretOf(context);
  let stored = await readAuthorities(client, secret.name);
  if (stored.authorities === null) {
    const { version } = stored;
    const create = () => createCertificateAuthority(now, 'gateway');
    const authorities = await changeAuthorities('CreateAuthority', null, create);
    const won = await writeAuthorities(client, secret, { authorities, version });
    logger.info({ namespace, won }, 'certificate authority of the gateway created');
    stored = await readAuthorities(client, secret.name);
  }
  const { authorities, version } = stored;
  if (authorities === null) throw new Error(`Secret ${namespace}/${secret.name.name} is gone again`);
  return { authorities, version, bundle: bundleOf(authorities) };
}

/** What a rotation did, and when the next step is due. */
export interface GatewayRotation {
  /** Whether other authorities are stored now, so that they have to be read and published again. */
  readonly haveAuthoritiesChanged: boolean;
  /** Whether there is a serving certificate. */
  readonly isServing: boolean;
  /** Milliseconds since 1970. */
  readonly nextTime: number;
}

/**
 * Does what is due of the authorities and the serving certificate. `published` is the bundle at each place where agents find
 * it: a certificate is issued only when every place trusts its authority.
 */
export async function rotateGatewayCertificates(
  { authorities, version }: GatewayAuthorities,
  published: readonly string[],
  context: GatewayCertificateContext,
): Promise<GatewayRotation> {
  const { client, logger, namespace, now } = context;
  const found = await findObject<SecretObject>(client, resources.secrets, {
    namespace,
    name: GATEWAY_CERTIFICATE.secret,
  });
  const state = rotationState(authorities, published, servingOf(authorities, found));
  const rotation = { haveAuthoritiesChanged: false, isServing: state.serving !== null };
  for (const action of planRotation(state, now)) {
    // What is published is the caller's, which applies it with everything else that agents need.
    if (action === 'PublishBundle') continue;
    if (isAuthorityAction(action)) {
      const create = () => createCertificateAuthority(now, 'gateway');
      const changed = await changeAuthorities(action, authorities, create);
      await writeAuthorities(client, secretOf(context), { authorities: changed, version });
      rotation.haveAuthoritiesChanged = true;
    } else {
      const issued = await issueServingCertificate(authorities.current, [GATEWAY.name], now, 'gateway');
      await writeCertificate(issued, found, context);
      rotation.isServing = true;
    }
    logger.info({ namespace, action }, 'certificates of the gateway changed');
  }
  return { ...rotation, nextTime: nextRotationTime(state) };
}

function secretOf({ namespace, labels }: GatewayCertificateContext) {
  return { name: { namespace, name: GATEWAY_CERTIFICATE.authoritySecret }, labels, ownerReferences: [] };
}

/** What is served now; null where it is of no use to a gateway, so that it is issued again. */
function servingOf(authorities: StoredAuthorities, secret: SecretObject | null): RotationState['serving'] {
  const read = (key: string): string => Buffer.from(secret?.data?.[key] ?? '', 'base64').toString('utf8');
  try {
    const pem = read(GATEWAY_CERTIFICATE.certificateKey);
    const certificate = new X509Certificate(pem);
    const hasKey = certificate.checkPrivateKey(createPrivateKey(read(GATEWAY_CERTIFICATE.privateKeyKey)));
    if (!hasKey || certificate.checkHost(GATEWAY.name) === undefined) return null;
    const signer = certificatesOf(authorities).find((authority) =>
      certificate.verify(new X509Certificate(authority).publicKey),
    );
    const signedBy = signer === undefined ? '' : readCertificateFacts(signer).fingerprint;
    return { ...readCertificateFacts(pem), signedBy };
  } catch {
    return null;
  }
}

async function writeCertificate(
  { certificate, privateKey }: ServingCertificate,
  found: SecretObject | null,
  { client, namespace, labels }: GatewayCertificateContext,
): Promise<void> {
  const name = { namespace, name: GATEWAY_CERTIFICATE.secret };
  const data = {
    [GATEWAY_CERTIFICATE.certificateKey]: Buffer.from(certificate).toString('base64'),
    [GATEWAY_CERTIFICATE.privateKeyKey]: Buffer.from(privateKey.reveal()).toString('base64'),
  };
  const resourceVersion = found?.metadata.resourceVersion;
  if (resourceVersion !== undefined) {
    await client.patch<SecretObject>(resources.secrets, name, { data }, { resourceVersion });
    return;
  }
  const metadata = { ...name, labels: { ...labels } };
  await client.create<SecretObject>(resources.secrets, { metadata, type: 'kubernetes.io/tls', data });
}
