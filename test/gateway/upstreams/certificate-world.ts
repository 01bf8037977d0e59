import type { RequestListener } from 'node:http';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { beforeEach } from 'vitest';
import {
  type CertificateAuthority,
  createCertificateAuthority,
  issueServingCertificate,
} from '../../../src/certificates/issue.ts';
import { createCredentials } from '../../../src/credentials/create-credentials.ts';
import type { Credentials, CredentialTenant } from '../../../src/credentials/credentials.ts';
import { createLog } from '../../../src/lib/log.ts';
import { Secret } from '../../../src/lib/secret.ts';
import { type IssuedClientCertificate, issueClientCertificate } from '../../build/client-certificate.ts';
import { createManualClock, type ManualClock } from '../../build/manual-clock.ts';
import { createScriptedStore } from '../../credentials/scripted-store.ts';
import { ask } from './upstream-client.ts';
import { ADDRESS, HOST, UPSTREAM, type UsedUpstream, useUpstream } from './upstream-world.ts';

/** To which the upstream may redirect. */
export const FILES = 'files.example.net';
export const TTL_SECONDS = 60;
export const PATH = '/upstreams/vendor/items';
const UID = '8a1f0c7e-0000-4000-8000-0000000000';

/** A gateway with the upstreams `vendor`, `other` and `none`: two with client certificates, and one without. */
export interface UsedCertificates {
  readonly gateway: UsedUpstream;
  readonly authority: CertificateAuthority;
  /** What the store has: before each test, `robot` for the upstream `vendor`. */
  readonly secrets: Map<string, IssuedClientCertificate>;
  /** The certificate that is there before each test. */
  readonly robot: IssuedClientCertificate;
  /** By which values are kept. */
  readonly clock: ManualClock;
  /** Wipes what is kept for the sandbox of the test. */
  readonly wipe: () => number;
  /** That nobody is told when values are kept no longer, until the next test. */
  readonly hideEnds: () => void;
  /** A server that requires a client certificate. */
  readonly mutual: TlsOptions;
  /** Serves the upstream; where nothing else is said, with whose certificate it got. */
  readonly serve: (listener?: RequestListener, tls?: TlsOptions) => Promise<void>;
  /** What the upstream answers. */
  readonly whose: (path?: string, from?: string) => Promise<string>;
}

/** Registers the hooks; use what it answers only inside tests. */
export async function useCertificates(): Promise<UsedCertificates> {
  const authority = await createCertificateAuthority(Date.now());
  const robot = await issueClientCertificate(authority, 'robot');
  const serving = await issueServingCertificate(authority, [HOST], Date.now());
  const secrets = new Map<string, IssuedClientCertificate>();
  const clock = createManualClock(0);
  const kept = keepSecrets(secrets, clock);
  let areEndsHidden = false;
  const get: Credentials['get'] = async (...asked) => {
    const given = await kept.get(...asked);
    return areEndsHidden && 'values' in given ? { ...given, ended: new AbortController().signal } : given;
  };
  const gateway = useGateway(btoa(authority.certificate), { ...kept, get });
  const mutual = {
    cert: serving.certificate,
    key: serving.privateKey.reveal(),
    ca: authority.certificate,
    requestCert: true,
    rejectUnauthorized: true,
  };
  beforeEach(() => {
    secrets.set('robot', robot);
    areEndsHidden = false;
  });
  return {
    gateway,
    authority,
    secrets,
    robot,
    clock,
    wipe: () => kept.wipe(`${UID}${gateway.access.from.split('.').at(-1)}`),
    hideEnds: () => void (areEndsHidden = true),
    mutual,
    serve: (listener = sayWhose, tls = mutual) => gateway.serve(listener, HOST, ADDRESS, tls),
    whose: async (path = PATH, from = gateway.access.from) => (await ask(gateway, { path, from })).text,
  };
}

function useGateway(caBundle: string, credentials: Credentials): UsedUpstream {
  const attach = { type: 'ClientCertificate' };
  return useUpstream(
    [
      { ...UPSTREAM, caBundle, credential: 'robot', followRedirectsTo: [FILES] },
      { ...UPSTREAM, caBundle, name: 'other', credential: 'other' },
      { ...UPSTREAM, caBundle, name: 'none', credential: undefined },
    ],
    [
      { name: 'robot', attach },
      { name: 'other', attach },
    ],
    { credentials },
  );
}

function keepSecrets(secrets: ReadonlyMap<string, IssuedClientCertificate>, clock: ManualClock): Credentials {
  const bind = (name: string): CredentialTenant['credentials'][number] => ({
    name,
    kubernetesSecret: { name, keys: { certificate: 'tls.crt', privateKey: 'tls.key' } },
  });
  const store = createScriptedStore(({ name }) => {
    const texts = Object.entries(secrets.get(name) ?? {}) as [string, string][];
    const values = Object.fromEntries(texts.map(([key, text]) => [key, new Secret(text)]));
    return { values, ttlMilliseconds: TTL_SECONDS * 1_000 };
  });
  return createCredentials({
    stores: { kubernetesSecret: store, vaultKV: null },
    tenant: () => ({ credentials: [bind('robot'), bind('other')], vault: undefined }),
    isCurrent: () => true,
    clock,
    log: createLog({ program: 'gateway', level: 'silent' }),
  });
}

function sayWhose(
  { socket }: Parameters<RequestListener>[0],
  response: Parameters<RequestListener>[1],
): void {
  response.end((socket as TLSSocket).getPeerCertificate().subject?.CN ?? 'nobody');
}
