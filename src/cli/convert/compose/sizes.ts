import { formatBytes } from '../../../lib/format-amount.ts';
import { RUNTIME, TEMPORARY } from '../../../policy/pod/pod-volumes.ts';

/** A size as Docker writes it. Its letters are powers of 1024, unlike those of Kubernetes. */
export const DOCKER_SIZE = /^([1-9][0-9]{0,8})([kmg])b?$/i;

const SHIFTS: Readonly<Record<string, bigint>> = { k: 10n, m: 20n, g: 30n };

/** A mount of scratch space in memory. */
export interface Scratch {
  readonly path: string;
  /** In bytes; null where the mount has no size. */
  readonly bytes: bigint | null;
  /** Options beside the size, such as noexec. */
  readonly options: readonly string[];
}

/** The bytes of a size of Docker. */
export function bytesOf(size: string): bigint {
  const [, amount = '0', unit = ''] = DOCKER_SIZE.exec(size) ?? [];
  return BigInt(amount) << (SHIFTS[unit.toLowerCase()] ?? 0n);
}

/** A size of Docker as Kubernetes writes it: `2G` is `2Gi`. */
export function quantityOf(size: string): string {
  return formatBytes(bytesOf(size)) ?? '1Ki';
}

/** Reads a mount such as `/tmp:size=100m,noexec`. */
export function readScratch(mount: string): Scratch {
  const [path = '', written = ''] = mount.split(':');
  const options = written.split(',').filter((option) => option !== '');
  const size = options.find((option) => option.startsWith('size='))?.slice('size='.length);
  const bytes = size === undefined ? null : bytesOf(size);
  return { path, bytes, options: options.filter((option) => !option.startsWith('size=')) };
}

/** Whether a pod has scratch space at the path: `/tmp`, or `/var/run`, whose size is always the same. */
export function isScratchPath(path: string): path is typeof TEMPORARY | typeof RUNTIME.path {
  return path === TEMPORARY || path === RUNTIME.path;
}
