import type { SeccompProfileDefinition } from './profiles.ts';
import { NOT_IMPLEMENTED } from './system-calls.ts';

/** A seccomp profile as a container runtime reads it: `linux.seccomp` of the OCI runtime specification 1.2. */
export interface OCISeccomp {
  /** For people; runtimes ignore it. */
  readonly comment: string;
  readonly defaultAction: 'SCMP_ACT_ERRNO';
  readonly defaultErrnoRet: number;
  readonly architectures: readonly string[];
  readonly syscalls: readonly OCISystemCallRule[];
}

interface OCISystemCallRule {
  readonly names: readonly string[];
  readonly action: 'SCMP_ACT_ALLOW' | 'SCMP_ACT_ERRNO';
  readonly errnoRet?: number;
  readonly args?: readonly OCIArgument[];
}

interface OCIArgument {
  readonly index: number;
  readonly value: number;
  readonly valueTwo?: number;
  readonly op: 'SCMP_CMP_EQ' | 'SCMP_CMP_MASKED_EQ';
}

const EPERM = 1;
const ENOSYS = 38;

/** AF_UNIX, AF_INET, AF_INET6 and AF_NETLINK, in which C libraries list the addresses of a host. */
const ADDRESS_FAMILIES = [1, 2, 10, 16];

/** All CLONE_NEW* flags that `clone` accepts: no new namespace. CLONE_NEWTIME exists for clone3 and unshare only. */
const NAMESPACE_FLAGS = 0x7e02_0000;
const CLONE_THREAD = 0x0001_0000;

const COMMENT = 'Measured on x86-64. Other architectures were not measured.';

/**
 * Compiles a profile. What is not named fails with EPERM. The same definition gives the same object, with sorted names.
 *
 * A rule has at most one condition on an argument: runtimes combine several on the same argument with OR (libseccomp 2.4,
 * containerd `contrib/seccomp`).
 */
export function compileProfile({ sets, creates }: SeccompProfileDefinition): OCISeccomp {
  return {
    comment: COMMENT,
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    architectures: ['SCMP_ARCH_X86_64'],
    syscalls: [
      { names: [...new Set(sets.flat())].toSorted(), action: 'SCMP_ACT_ALLOW' },
      ...ADDRESS_FAMILIES.map((family) => allowWhere('socket', { value: family, op: 'SCMP_CMP_EQ' })),
      allowWhere('clone', cloneFlags(creates)),
      { names: NOT_IMPLEMENTED.toSorted(), action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
    ],
  };
}

/** The content of the profile's file. */
export function profileFile(definition: SeccompProfileDefinition): string {
  return `${JSON.stringify(compileProfile(definition), null, 2)}\n`;
}

function allowWhere(name: string, argument: Omit<OCIArgument, 'index'>): OCISystemCallRule {
  return { names: [name], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, ...argument }] };
}

/** The mask is `value`, and what the masked flags have to be is `valueTwo`. */
function cloneFlags(creates: SeccompProfileDefinition['creates']): Omit<OCIArgument, 'index'> {
  return creates === 'Threads'
    ? { value: NAMESPACE_FLAGS + CLONE_THREAD, valueTwo: CLONE_THREAD, op: 'SCMP_CMP_MASKED_EQ' }
    : { value: NAMESPACE_FLAGS, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' };
}
