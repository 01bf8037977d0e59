import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { type ArchiveEntry, tarArchive } from './tar-archive.ts';
import { type ImageArchive, ociArchive } from './oci-archive.ts';

/** The statically linked BusyBox of Debian's package busybox-static. */
export const BUSYBOX = '/bin/busybox';

/** An image of BusyBox alone, with all its commands: the same bytes for the same BusyBox. */
export function testImage(): ImageArchive {
  return ociArchive(tarArchive(testImageEntries()), {
    Entrypoint: ['/bin/busybox', 'sleep', 'infinity'],
    Env: ['PATH=/bin'],
  });
}

/** The files of {@link testImage}. */
export function testImageEntries(): readonly ArchiveEntry[] {
  const { stdout } = spawnSync(BUSYBOX, ['--list'], { encoding: 'utf8' });
  const commands = stdout.split('\n').filter((name) => name !== '' && name !== 'busybox');
  return [
    { path: 'bin/', mode: 0o755 },
    { path: 'bin/busybox', mode: 0o755, content: readFileSync(BUSYBOX) },
    ...commands.sort().map((name) => ({ path: `bin/${name}`, mode: 0o777, linkTarget: 'busybox' })),
    { path: 'etc/', mode: 0o755 },
    { path: 'etc/passwd', mode: 0o644, content: Buffer.from('root:x:0:0::/:/bin/sh\n') },
    { path: 'tmp/', mode: 0o1777 },
  ];
}
