import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { withBuildLock } from '../build-lock.ts';
import { cacheFolder } from '../program-cache.ts';
import { orThrow, runCommand } from '../run-command.ts';

/** An image of Cloister, built from this checkout. */
export interface CloisterImage {
  readonly name: 'cloister' | 'start-gate';
  /** An OCI archive. */
  readonly archive: string;
  /** `sha256:…` of its manifest. */
  readonly digest: string;
}

export type CloisterImages = Readonly<Record<CloisterImage['name'], CloisterImage>>;

const ROOT = join(import.meta.dirname, '..', '..', '..');
/** All that decides which bytes `npm run image` gives. */
const INPUTS = ['src/**/*.{ts,json}', 'scripts/image.ts', 'scripts/image/*.ts', 'tsconfig*.json'];
const INPUT_FILES = ['package.json', 'package-lock.json', 'LICENSE'];
const MAX_UNUSED_MILLISECONDS = 24 * 3_600_000;

/** Builds the images of this checkout as `npm run image` does, or gives those that an earlier call built of the same sources. */
export async function provideImages(): Promise<CloisterImages> {
  const cache = join(cacheFolder(process.env), 'images');
  const folder = join(cache, inputsKey());
  await mkdir(cache, { recursive: true });
  await withBuildLock(join(cache, '.lock'), reportWait, async () => {
    if (!existsSync(folder)) await build(folder);
    const now = new Date();
    await utimes(folder, now, now);
    await removeUnused(cache);
  });
  const digests = JSON.parse(await readFile(join(folder, 'digests.json'), 'utf8')) as Record<string, string>;
  const image = (name: CloisterImage['name']): CloisterImage => ({
    name,
    archive: join(folder, `${name}.tar`),
    digest: digests[name] ?? '',
  });
  return { cloister: image('cloister'), 'start-gate': image('start-gate') };
}

function reportWait(owner: string): void {
  process.stderr.write(`testbed: waiting for process ${owner}, which builds the images\n`);
}

function inputsKey(): string {
  const files = [...globSync(INPUTS, { cwd: ROOT }).toSorted(), ...INPUT_FILES];
  const hash = createHash('sha256');
  for (const file of files) {
    const content = readFileSync(join(ROOT, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

async function build(folder: string): Promise<void> {
  const output = `${folder}.new`;
  const args = [join(ROOT, 'scripts/image.ts'), `--output=${output}`];
  const environment = { HOME: process.env['HOME'] ?? '/' };
  await orThrow('building the images', runCommand({ program: process.execPath, args, environment }));
  for (const name of await readdir(output)) {
    if (name.startsWith('rootfs-')) await rm(join(output, name), { recursive: true });
  }
  await rename(output, folder);
}

/** Each change of the sources gives other images, of a hundred megabytes. */
async function removeUnused(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const path = join(cache, name);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > MAX_UNUSED_MILLISECONDS) await rm(path, { recursive: true, force: true });
  }
}
