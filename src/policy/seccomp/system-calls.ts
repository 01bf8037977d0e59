/**
 * Named sets of system calls, by what a program does with them. The sets were measured with strace on TLS clients,
 * threads, subprocesses and work on files, on x86-64 Linux with glibc and musl.
 */

/** What every program needs to start, and to use memory, threads, clocks and files that it may reach. */
export const BASE = names(`
  access arch_prctl brk capget capset chdir clock_getres clock_gettime clock_nanosleep close close_range dup dup2 dup3
  epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd2 execve exit exit_group faccessat faccessat2
  fadvise64 fallocate fchdir fchmod fchmodat fchmodat2 fchown fcntl fdatasync flock fstat fstatfs fsync ftruncate futex
  get_robust_list getcwd getdents64 getegid geteuid getgid getgroups getpgrp getpgid getpid getppid getrandom getresgid
  getresuid getrlimit getrusage getsid gettid gettimeofday getuid ioctl lseek lstat madvise membarrier mincore mkdir
  mkdirat mmap mprotect mremap msync munmap nanosleep newfstatat open openat openat2 pause pipe pipe2 poll ppoll prctl
  pread64 preadv preadv2 prlimit64 pselect6 pwrite64 pwritev pwritev2 read readlink readlinkat readv rename renameat
  renameat2 restart_syscall rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn
  rt_sigsuspend rt_sigtimedwait sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getparam
  sched_getscheduler sched_yield select sendfile set_robust_list set_tid_address setgroups setgid setuid sigaltstack stat
  statfs statx sysinfo tgkill time timerfd_create timerfd_gettime timerfd_settime times truncate umask uname unlink
  unlinkat utimensat write writev`);

/** Clients of a network. `socket` is not among them: it is allowed by address family. */
export const NET = names(`
  bind connect getpeername getsockname getsockopt recvfrom recvmmsg recvmsg sendmmsg sendmsg sendto setsockopt shutdown
  socketpair`);

/** Servers, also those on a Unix socket, as Python's `forkserver`. Who may connect is a matter of network policy. */
export const SERVER = names('accept accept4 listen');

/** Starting other programs and waiting for them. */
export const PROC = names('fork kill pidfd_open pidfd_send_signal setpgid setsid tkill vfork wait4 waitid');

const INOTIFY = names('inotify_add_watch inotify_init1 inotify_rm_watch');

/** Links, modes, owners and attributes of files, copies inside the kernel, and timers. */
export const FILE = names(`
  chmod chown copy_file_range creat fchownat fgetxattr flistxattr fsetxattr futimesat getitimer getxattr lchown lgetxattr
  link linkat listxattr llistxattr lsetxattr setitimer setxattr splice symlink symlinkat tee timer_create timer_delete
  timer_getoverrun timer_gettime timer_settime utime utimes`).concat(INOTIFY);

/** What Python's standard library adds. */
export const PYTHON = names('chmod copy_file_range getitimer link sched_setaffinity setitimer symlink');

/** What Node.js adds. */
export const NODE = names(`
  chmod copy_file_range get_mempolicy link pkey_alloc pkey_free pkey_mprotect symlink`).concat(INOTIFY);

/** What compilers, archives and package managers add in a shell. */
export const SHELL = names(
  'getpriority mknod mknodat sched_setscheduler set_mempolicy setpriority sync syncfs',
);

/**
 * Newer calls that libraries try first. They fail with ENOSYS, as on an older kernel, so that the library takes the call
 * that it used before; with EPERM, glibc creates no thread and libuv starts no loop.
 */
export const NOT_IMPLEMENTED = names(`
  cachestat clone3 futex_waitv io_uring_enter io_uring_register io_uring_setup landlock_add_rule landlock_create_ruleset
  landlock_restrict_self map_shadow_stack memfd_secret mseal`);

function names(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
