const gibibyte = 1024 ** 3;

// Linking kube-apiserver peaks near 3 GB; compiling one package rarely passes 1 GB.
const memoryPerCompiler = 1.5 * gibibyte;

/** How many compilers run at once: one a core, fewer where memory would not hold them. */
export function buildParallelism(machine: { cores: number; availableMemory: number }): number {
  return Math.max(1, Math.min(machine.cores, Math.floor(machine.availableMemory / memoryPerCompiler)));
}

/** Disk in bytes that building from nothing takes, by module: sources, build cache and programs. */
export const diskNeeded: Readonly<Record<string, number>> = {
  kubernetes: 5 * gibibyte,
  etcd: 0.5 * gibibyte,
  helm: 1.5 * gibibyte,
  runc: 0.2 * gibibyte,
  containerd: 1.5 * gibibyte,
  'kube-router': 1 * gibibyte,
  vault: 4 * gibibyte,
};

/** Says what is missing when the free space does not hold the builds; undefined when it does. */
export function diskShortage(modules: readonly string[], free: number, folder: string): string | undefined {
  const needed = [...new Set(modules)].reduce((sum, module) => sum + (diskNeeded[module] ?? 0), 0);
  if (free >= needed) return undefined;
  const inGigabytes = (bytes: number): string => `${(bytes / gibibyte).toFixed(1)} GB`;
  return (
    `building the testbed needs ${inGigabytes(needed)} of disk and ${folder} has ${inGigabytes(free)} free: ` +
    'make room, or point CLOISTER_TESTBED_CACHE and GOMODCACHE to a larger disk'
  );
}
