/**
 * Where the kubelet finds a seccomp profile that Cloister installs, from the kubelet's seccomp folder
 * (`/var/lib/kubelet/seccomp`), as `seccompProfile.localhostProfile` wants it. A folder of its own, so that no role can
 * name a file that something else put there.
 */
export function localhostProfile(name: string): string {
  return `cloister/${name}.json`;
}
