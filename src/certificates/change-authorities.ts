import type { CertificateAuthority } from './certificate-authority.ts';
import type { RotationAction } from './plan-rotation.ts';
import type { StoredAuthorities } from './stored-authorities.ts';

/** The actions that change what is stored. */
export type AuthorityAction = Exclude<RotationAction, 'PublishBundle' | 'IssueCertificate'>;

/** Whether an action changes what is stored, and so must win against other replicas. */
export function isAuthorityAction(action: RotationAction): action is AuthorityAction {
  return action !== 'PublishBundle' && action !== 'IssueCertificate';
}

type Change = (
  stored: StoredAuthorities,
  create: () => Promise<CertificateAuthority>,
) => Promise<StoredAuthorities>;

const CHANGES: Readonly<Record<AuthorityAction, Change>> = {
  CreateAuthority: async (_stored, create) => createFirst(create),
  StageAuthority: async (stored, create) => ({ ...stored, next: await create() }),
  PromoteAuthority: async ({ current, next }, create) => ({
    current: next ?? (await create()),
    next: null,
    previous: current.certificate,
  }),
  RetireAuthority: async (stored) => ({ ...stored, previous: null }),
};

/** What is to be stored after an action. `create` makes a new authority. */
export async function changeAuthorities(
  action: AuthorityAction,
  stored: StoredAuthorities | null,
  create: () => Promise<CertificateAuthority>,
): Promise<StoredAuthorities> {
  return stored === null ? createFirst(create) : CHANGES[action](stored, create);
}

async function createFirst(create: () => Promise<CertificateAuthority>): Promise<StoredAuthorities> {
  return { current: await create(), next: null, previous: null };
}
