/** A list of 34 system calls that is often copied as a profile for agents in Python. No program starts under it. */
export const SHORT_LIST: readonly string[] = `
  read write open close stat fstat mmap mprotect munmap brk rt_sigaction socket connect sendto recvfrom shutdown clone fork
  execve exit wait4 getcwd chdir rename mkdir unlink futex prctl getdents64 lseek fcntl openat newfstatat exit_group`
  .trim()
  .split(/\s+/);
