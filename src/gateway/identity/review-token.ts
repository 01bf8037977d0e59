import { GATEWAY } from '../../api/names.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { isRecord } from '../../lib/is-record.ts';
import type { Secret } from '../../lib/secret.ts';

/** Whose a good token is, and when it ends, in milliseconds since 1970. */
export interface TokenBinding {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly podUID: string;
  readonly expires: number;
}

/** What the API server says of a token, or why it is no good, in one line that shows nothing of it. */
export type ReviewedToken = { readonly binding: TokenBinding } | { readonly problem: string };

interface TokenReview extends KubeObject {
  readonly spec: { readonly token: string; readonly audiences: readonly string[] };
  readonly status?: {
    readonly authenticated?: boolean;
    readonly audiences?: readonly string[];
    readonly error?: string;
    readonly user?: {
      readonly username?: string;
      readonly extra?: Readonly<Record<string, readonly string[]>>;
    };
  };
}

const POD_UID = 'authentication.kubernetes.io/pod-uid';
const USER = /^system:serviceaccount:([^:]+):([^:]+)$/;
const DEADLINE_MILLISECONDS = 5_000;

/** Asks the API server about a token. Throws where it does not answer. */
export async function reviewToken(client: Pick<KubeClient, 'create'>, token: Secret): Promise<ReviewedToken> {
  const audiences = [GATEWAY.audience];
  const { status } = await client.create<TokenReview>(
    resources.tokenReviews,
    { metadata: {}, spec: { token: token.reveal(), audiences } },
    { deadlineMilliseconds: DEADLINE_MILLISECONDS, maxAttempts: 1 },
  );
  if (status?.authenticated !== true) {
    return { problem: `the API server does not accept the token for the audience "${GATEWAY.audience}"` };
  }
  // An authenticator that knows nothing of audiences leaves them out (the documentation of TokenReview).
  if (status.audiences?.includes(GATEWAY.audience) !== true) {
    return { problem: `the token is not for the audience "${GATEWAY.audience}"` };
  }
  const [, namespace, serviceAccount] = USER.exec(status.user?.username ?? '') ?? [];
  const [podUID, ...more] = status.user?.extra?.[POD_UID] ?? [];
  if (namespace === undefined || serviceAccount === undefined || podUID === undefined || more.length > 0) {
    return { problem: 'the token is not that of a ServiceAccount, bound to a pod' };
  }
  return { binding: { namespace, serviceAccount, podUID, expires: expiryOf(token) } };
}

/** Read from what the API server has just verified; 0 where it does not say. */
function expiryOf(token: Secret): number {
  const expires = claimsOf(token)?.['exp'];
  return typeof expires === 'number' ? expires * 1000 : 0;
}

/** What a token says of itself, which nobody has verified. */
function claimsOf(token: Secret): Readonly<Record<string, unknown>> | null {
  try {
    const payload = token.reveal().split('.')[1] ?? '';
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return isRecord(claims) ? claims : null;
  } catch {
    return null;
  }
}

/**
 * Whether a token says itself that it is bound to another pod or for another audience. Then the API server need not be asked:
 * it would only confirm it, or find that the token is no token.
 */
export function deniesItself(token: Secret, podUID: string): boolean {
  const claims = claimsOf(token);
  const kubernetes = claims?.['kubernetes.io'];
  const pod = isRecord(kubernetes) ? kubernetes['pod'] : undefined;
  const audiences = claims?.['aud'];
  const isForGateway = Array.isArray(audiences)
    ? audiences.includes(GATEWAY.audience)
    : audiences === GATEWAY.audience;
  return !isForGateway || !isRecord(pod) || pod['uid'] !== podUID;
}
