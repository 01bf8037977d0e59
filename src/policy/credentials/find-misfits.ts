import type { AgentRole } from '../../api/agent-role.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { present, type Unchecked } from '../../api/unchecked.ts';
import { type SecretSelection, selectedKeys, takesValues } from '../upstreams/credential-values.ts';

type Credential = Unchecked<AgentRole['spec']['credentials'][number]>;
type Binding = Unchecked<TenantIsolation['spec']['credentials'][number]>;

/** What is bound and cannot be given. */
export interface Misfit {
  /** The credential. */
  readonly name: string;
  /** What is wrong with its binding, as a clause that begins with the field: `vaultKV has …`. */
  readonly problem: string;
}

/** Finds what a tenant binds to a secret that does not have the shape that the role gives the credential. */
export function findMisfits(
  role: { readonly spec: Pick<Unchecked<AgentRole['spec']>, 'credentials'> },
  tenant: { readonly spec: Pick<Unchecked<TenantIsolation['spec']>, 'credentials' | 'vault'> },
): readonly Misfit[] {
  const { credentials, vault } = tenant.spec;
  const bindings = new Map(present(credentials).map((binding) => [binding.name, binding]));
  return present(role.spec.credentials).flatMap((credential) => {
    const { name = '' } = credential;
    const binding = bindings.get(name);
    if (binding === undefined) return [];
    const problem = problemOf(credential, binding, vault !== undefined);
    return problem === null ? [] : [{ name, problem }];
  });
}

/** As a person reads it, in the words of the manifest. */
export function describeMisfit({ name, problem }: Misfit): string {
  return `spec.credentials[${name}].${problem}`;
}

function problemOf(credential: Credential, binding: Binding, hasVault: boolean): string | null {
  const { vaultDatabase, vaultKV, kubernetesSecret } = binding;
  if (!hasVault && kubernetesSecret === undefined) {
    return `${vaultDatabase === undefined ? 'vaultKV' : 'vaultDatabase'} needs spec.vault, which is not set`;
  }
  if (credential.databaseLogin !== undefined) {
    if (vaultDatabase === undefined) return 'vaultDatabase is not set, and the role wants database logins';
    return vaultDatabase.staticRole === undefined
      ? null
      : 'vaultDatabase.staticRole is a login that sandboxes would share, and the role wants one for each';
  }
  const source = vaultKV ?? kubernetesSecret;
  if (source === undefined)
    return 'vaultDatabase makes database logins, and the role attaches it to requests';
  const field = vaultKV === undefined ? 'kubernetesSecret' : 'vaultKV';
  return describeKeys(credential.attach?.type ?? 'Bearer', field, source);
}

/** Compares the keys of a binding with the values that are attached. */
function describeKeys(type: string, field: string, source: SecretSelection): string | null {
  const names = selectedKeys(source).map(([name]) => name);
  if (takesValues(type, names)) return null;
  if (type === 'AWSSigV4')
    return `${field} has no keys.accessKeyId and keys.secretAccessKey, and the role signs with them`;
  if (type === 'ClientCertificate')
    return `${field} has no keys.certificate and keys.privateKey, and the role begins TLS with them`;
  return `${field} has keys, and the role attaches ${type === 'Basic' ? 'key, or keys.username and keys.password' : 'key alone'}`;
}
