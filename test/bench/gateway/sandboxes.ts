import { GATEWAY } from '../../../src/api/names.ts';

/** A sandbox that the bench plays: the address of its pod, and what it proves itself with. */
export interface BenchSandbox {
  readonly name: string;
  readonly uid: string;
  readonly podUID: string;
  /** One of loopback, from which the bench connects. */
  readonly address: string;
  readonly proxySecret: string;
  readonly token: string;
}

export const TENANT = 'bench';
export const NAMESPACE = 'bench-agents';
/** So many that none comes near what the gateway lets one address and one sandbox do in a minute. */
const SANDBOX_COUNT = 200;
/** 2100-01-01, in seconds. */
const EXPIRES = 4_102_444_800;
/** What RS256 makes, in base64url. */
const SIGNATURE_CHARACTERS = 342;

/** The sandboxes of the tenant, all of the role of the bench. Their secrets open nothing but the gateway of the bench. */
export function benchSandboxes(): readonly BenchSandbox[] {
  return Array.from({ length: SANDBOX_COUNT }, (_, index) => {
    const name = `agent-${index}`;
    const number = index.toString(16).padStart(12, '0');
    const podUID = `b0b957c4-14f0-4769-b594-${number}`;
    return {
      name,
      uid: `cafe538d-14f0-4769-b594-${number}`,
      podUID,
      address: `127.0.1.${index + 1}`,
      proxySecret: `proxy-secret-of-the-bench-${number}`,
      token: tokenOf(name, podUID),
    };
  });
}

/** A token with the claims of a projected one. Whether it is genuine is for the API server to say, which the bench plays. */
function tokenOf(name: string, podUID: string): string {
  const serviceaccount = { name, uid: podUID };
  const kubernetes = { namespace: NAMESPACE, pod: { name, uid: podUID }, serviceaccount };
  const claims = {
    aud: [GATEWAY.audience],
    exp: EXPIRES,
    iss: 'https://kubernetes.default.svc.cluster.local',
    'kubernetes.io': kubernetes,
    sub: `system:serviceaccount:${NAMESPACE}:${name}`,
  };
  const parts = [{ alg: 'RS256', kid: 'bench' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  return `${parts.join('.')}.${'a'.repeat(SIGNATURE_CHARACTERS)}`;
}
