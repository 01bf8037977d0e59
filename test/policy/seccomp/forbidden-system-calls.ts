/** A system call that no profile allows, as the probe makes it: with arguments that change nothing where it succeeds. */
export interface ForbiddenSystemCall {
  /** As the probe prints it. */
  readonly label: string;
  readonly name: string;
  /** Its number on x86-64, and the arguments that are not 0. */
  readonly call: readonly number[];
}

const AF_PACKET = 17;
const AF_BLUETOOTH = 31;
const AF_ALG = 38;
const AF_VSOCK = 40;
const AF_XDP = 44;
const CLONE_NEWUSER = 0x1000_0000;
const SOCK_RAW = 3;
const SOCK_SEQPACKET = 5;
const SIGCHLD = 17;

/** By their names: what opens other namespaces, other processes, the kernel or its keys. */
const BY_NAME: Readonly<Record<string, readonly number[]>> = {
  mount: [165],
  umount2: [166],
  unshare: [272, CLONE_NEWUSER],
  setns: [308],
  ptrace: [101],
  bpf: [321],
  keyctl: [250],
  add_key: [248],
  request_key: [249],
  perf_event_open: [298],
  userfaultfd: [323, 1],
  process_vm_readv: [310],
  process_vm_writev: [311],
  open_by_handle_at: [304],
  name_to_handle_at: [303],
  personality: [135, 0xffff_ffff],
  memfd_create: [319],
  pivot_root: [155],
  chroot: [161],
  init_module: [175],
  finit_module: [313],
  delete_module: [176],
  kexec_load: [246],
  swapon: [167],
  reboot: [169],
  acct: [163],
  ioperm: [173],
  iopl: [172],
  syslog: [103],
  fanotify_init: [300],
  fsopen: [430],
  move_mount: [429],
  open_tree: [428],
  pidfd_getfd: [438],
  kcmp: [312],
  io_uring_setup: [425],
  clone3: [435],
};

/** By an argument. */
const BY_ARGUMENT: readonly ForbiddenSystemCall[] = [
  { label: 'clone-new-user', name: 'clone', call: [56, CLONE_NEWUSER + SIGCHLD] },
  { label: 'socket-packet', name: 'socket', call: [41, AF_PACKET, SOCK_RAW] },
  { label: 'socket-bluetooth', name: 'socket', call: [41, AF_BLUETOOTH, SOCK_SEQPACKET] },
  { label: 'socket-alg', name: 'socket', call: [41, AF_ALG, SOCK_SEQPACKET] },
  { label: 'socket-vsock', name: 'socket', call: [41, AF_VSOCK, 1] },
  { label: 'socket-xdp', name: 'socket', call: [41, AF_XDP, SOCK_RAW] },
];

/** Names that no profile allows with any argument. */
export const FORBIDDEN_NAMES: readonly string[] = Object.keys(BY_NAME);

export const FORBIDDEN_SYSTEM_CALLS: readonly ForbiddenSystemCall[] = [
  ...Object.entries(BY_NAME).map(([name, call]) => ({ label: name, name, call })),
  ...BY_ARGUMENT,
];

/** The argument of the probe. */
export function probeArgument({ label, call }: ForbiddenSystemCall): string {
  return `${label}=${call.join(',')}`;
}
