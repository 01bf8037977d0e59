import { timingSafeEqual } from 'node:crypto';
import { sha256 } from '../../lib/sha256.ts';
import type { KnownPod } from '../known-pod.ts';
import type { IdentityRefusal, Proof, ProofKind } from './caller.ts';
import { type PodStanding, refuse } from './decide-pod.ts';
import { deniesItself } from './review-token.ts';
import type { TokenReviews } from './token-reviews.ts';

export type CheckedProof = { readonly proof: ProofKind } | { readonly refusal: IdentityRefusal };

export interface ShownProof {
  readonly proof: Proof | null;
  /** The one pod that has the source address. */
  readonly pod: KnownPod;
  readonly standing: PodStanding;
  readonly reviews: TokenReviews;
}

/** Whether a proof is one of this pod. */
export async function checkProof({ proof, pod, standing, reviews }: ShownProof): Promise<CheckedProof> {
  if (proof === null) {
    return refuse(
      pod,
      'NoProof',
      'send the proxy secret of the pod as Proxy-Authorization, or a token as Authorization',
    );
  }
  return proof.kind === 'Token' ? checkToken(proof, pod, reviews) : checkSecret(proof, pod, standing);
}

function checkSecret(
  { secret }: Extract<Proof, { kind: 'Secret' }>,
  pod: KnownPod,
  { role, sandbox }: PodStanding,
): CheckedProof {
  const { namespace } = pod.metadata;
  const hash =
    sandbox === null
      ? role.sharedSecrets.find((shared) => shared.namespace === namespace)?.hash
      : sandbox.proxySecretHash;
  if (hash === undefined) {
    return refuse(pod, 'NotReady', 'the secret that pods of its namespace and role share is being made');
  }
  if (!isSameHash(sha256(secret.reveal()), hash)) {
    return refuse(pod, 'ProofWrong', 'the secret is not that of the pod at the source address');
  }
  return { proof: sandbox === null ? 'Shared' : 'Secret' };
}

/** Takes the same time wherever they differ. Both are in hexadecimal digits. */
function isSameHash(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left, 'hex'), Buffer.from(right, 'hex')];
  return one.length === other.length && timingSafeEqual(one, other);
}

async function checkToken(
  { token }: Extract<Proof, { kind: 'Token' }>,
  pod: KnownPod,
  reviews: TokenReviews,
): Promise<CheckedProof> {
  const { namespace, uid = '' } = pod.metadata;
  const good = reviews.good(token);
  if (good === null && deniesItself(token, uid)) return refuse(pod, 'ProofWrong', NOT_ITS_TOKEN);
  const verdict = good ?? (await reviews.verdict(token, uid));
  if ('unreviewed' in verdict) return refuse(pod, 'ProofNotReviewed', verdict.unreviewed);
  if ('problem' in verdict) return refuse(pod, 'ProofWrong', verdict.problem);
  const { binding } = verdict;
  const isOwn =
    binding.podUID === uid &&
    binding.namespace === namespace &&
    binding.serviceAccount === pod.serviceAccount;
  return isOwn ? { proof: 'Token' } : refuse(pod, 'ProofWrong', NOT_ITS_TOKEN);
}

const NOT_ITS_TOKEN = 'the token is not one for this gateway that is bound to the pod at the source address';
