import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IMAGE_CONFIGS, type ImageName } from '../../scripts/image/build-images.ts';
import { canRun } from '../testbed/can-run.ts';
import { buildInto, missingForImages, run, unpackImage } from './unpacked-image.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const NAMES: readonly ImageName[] = ['cloister', 'start-gate'];
const BUILD_TIMEOUT = 900_000;

function missing(): string | null {
  if (spawnSync('buildah', ['--version']).status !== 0)
    return 'buildah is missing; install it with apt-get install buildah';
  return missingForImages();
}

/** One line an entry: its path, mode, owner and content. */
function listTree(root: string, path = ''): readonly string[] {
  return readdirSync(join(root, path))
    .toSorted()
    .flatMap((name) => {
      const own = `${path}/${name}`;
      const stat = lstatSync(join(root, own));
      const content = stat.isFile()
        ? createHash('sha256')
            .update(readFileSync(join(root, own)))
            .digest('hex')
        : 'folder';
      const line = `${own} ${stat.mode.toString(8)} ${stat.uid}:${stat.gid} ${content}`;
      return stat.isDirectory() ? [line, ...listTree(root, own)] : [line];
    });
}

describe.runIf(canRun('the tests of the Containerfile', missing()))('the Containerfile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cloister-containerfile-'));
  const context = join(folder, 'context');
  const output = join(context, 'dist', 'image');
  const buildah = (...args: readonly string[]): string =>
    run('buildah', [
      '--storage-driver=vfs',
      `--root=${join(folder, 'storage')}`,
      `--runroot=${join(folder, 'run')}`,
      ...args,
    ]).trim();

  beforeAll(() => buildInto(output), BUILD_TIMEOUT);
  afterAll(() => {
    // Unmounts what buildah mounted, without which its folders cannot be removed.
    buildah('rm', '--all');
    rmSync(folder, { recursive: true, force: true });
  }, BUILD_TIMEOUT);

  test.for(NAMES)(
    'the target %s has the files and the configuration of the archive',
    { timeout: BUILD_TIMEOUT },
    (name) => {
      copyFileSync(join(ROOT, 'Containerfile'), join(context, 'Containerfile'));
      buildah('build', '--isolation=chroot', `--target=${name}`, `--tag=${name}`, context);
      const container = buildah('from', '--pull-never', `localhost/${name}`);
      const built = listTree(buildah('mount', container));
      const archive = unpackImage(join(output, `${name}.tar`), join(folder, name));
      expect(built).toEqual(listTree(archive.rootfs));
      const { OCIv1 } = JSON.parse(buildah('inspect', '--type=image', `localhost/${name}`)) as {
        OCIv1: { config: Readonly<Record<string, unknown>> };
      };
      const { Labels: _version, ...config } = OCIv1.config;
      expect(config).toEqual(IMAGE_CONFIGS[name]);
    },
  );
});
