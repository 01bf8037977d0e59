import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..');
const execute = promisify(execFile);

/** An image as a runtime has it. */
export interface UnpackedImage {
  /** The root file system. */
  readonly rootfs: string;
  readonly manifestDigest: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Lines of `tar --list --verbose` for every entry of every layer. */
  readonly entries: readonly string[];
}

/** Why images cannot be built and unpacked here; null where they can. */
export function missingForImages(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'images are built on x86-64 Linux';
  if (process.getuid?.() !== 0) return 'images are unpacked as root';
  if (spawnSync('chroot', ['/', 'true']).status !== 0) return 'chroot must be allowed';
  return null;
}

/** Runs `npm run image` into a folder under a umask, and returns what it printed. */
export async function buildInto(
  output: string,
  umask = '022',
  flags: readonly string[] = [],
): Promise<string> {
  const command = 'umask "$1"; shift; exec "$@"';
  const program = [process.execPath, join(ROOT, 'scripts/image.ts'), `--output=${output}`, ...flags];
  // In a folder of its own: what is built must not depend on where it is started.
  const { stdout } = await execute('sh', ['-c', command, 'sh', umask, ...program], { cwd: '/' });
  return stdout;
}

interface Descriptor {
  readonly digest: string;
  readonly size: number;
}

/** Unpacks an OCI archive below a folder as a container runtime does, comparing every digest. */
export function unpackImage(archive: string, folder: string): UnpackedImage {
  const layout = join(folder, 'layout');
  const rootfs = join(folder, 'rootfs');
  for (const path of [layout, rootfs]) mkdirSync(path, { recursive: true });
  run('tar', ['--extract', `--file=${archive}`, `--directory=${layout}`]);
  const blobPath = ({ digest }: Descriptor): string => join(layout, 'blobs', digest.replace(':', '/'));
  const readBlob = (descriptor: Descriptor): Buffer => {
    const content = readFileSync(blobPath(descriptor));
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    if (digest !== descriptor.digest || content.length !== descriptor.size) {
      throw new Error(`blob ${descriptor.digest} has the digest ${digest} and ${content.length} bytes`);
    }
    return content;
  };
  const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as { manifests: [Descriptor] };
  const manifest = JSON.parse(readBlob(index.manifests[0]).toString()) as {
    config: Descriptor;
    layers: readonly Descriptor[];
  };
  const configuration = JSON.parse(readBlob(manifest.config).toString()) as {
    config: Readonly<Record<string, unknown>>;
  };
  const entries = manifest.layers.flatMap((layer) => {
    readBlob(layer);
    const file = `--file=${blobPath(layer)}`;
    run('tar', ['--extract', '--gzip', '--preserve-permissions', file, `--directory=${rootfs}`]);
    return run('tar', ['--list', '--verbose', '--numeric-owner', '--gzip', file]).trimEnd().split('\n');
  });
  return { rootfs, manifestDigest: index.manifests[0].digest, config: configuration.config, entries };
}

/** Returns the arguments of `env` that run a command in an image, as its user and with no variables but the PATH of `chroot`. */
export function inRootfs(rootfs: string, command: readonly string[]): readonly string[] {
  const path = `PATH=${process.env['PATH']}`;
  return ['-i', path, 'chroot', '--userspec=65532:65532', '--groups=', rootfs, ...command];
}

/** Runs a program and returns its standard output. Throws where it fails. */
export function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}
