import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  baseComponents,
  billOfMaterials,
  type Component,
  licenceNotices,
  npmComponents,
} from './bill-of-materials.ts';
import { type ImageConfig, type Layer, packLayer, writeArchive } from './oci-archive.ts';
import { compile, stageBase, stageCloister, stageStartGate, USER_ID } from './stage.ts';

/** An image that was built. */
export interface BuiltImage {
  readonly name: ImageName;
  /** Digest of its manifest, as `sha256:…`. */
  readonly digest: string;
  readonly archive: string;
  readonly archiveBytes: number;
}

export type ImageName = 'cloister' | 'start-gate';

/** What both images have in common. The Containerfile says the same. */
const CONFIG = { User: `${USER_ID}:${USER_ID}`, Env: ['PATH=/usr/bin'], WorkingDir: '/' } as const;

/** The Containerfile says the same. */
export const IMAGE_CONFIGS: Readonly<Record<ImageName, ImageConfig>> = {
  cloister: { ...CONFIG, Entrypoint: ['/usr/bin/node', '/cloister/dist/bin/cloister.js'] },
  'start-gate': { ...CONFIG, Entrypoint: ['/usr/bin/node', '/start-gate/dist/bin/start-gate.js'] },
};

/**
 * Builds both images into a folder, without a registry or a daemon: `rootfs-base`, `rootfs-cloister` and
 * `rootfs-start-gate`, which the Containerfile copies, and for each image NAME the OCI archive `NAME.tar`, the bill of
 * materials `NAME.spdx.json` and the licences `NAME.licences.txt`; and `digests.json`. The folder is emptied first.
 */
export function buildImages(root: string, output: string): readonly BuiltImage[] {
  rmSync(output, { recursive: true, force: true });
  const rootfs = (part: string): string => join(output, `rootfs-${part}`);
  mkdirSync(output, { recursive: true });
  stageBase(root, rootfs('base'));
  const compiled = join(output, 'compiled');
  compile(root, compiled);
  stageCloister(root, compiled, rootfs('cloister'));
  stageStartGate(root, compiled, rootfs('start-gate'));
  rmSync(compiled, { recursive: true });
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const base = packLayer(rootfs('base'), join(output, 'base.layer'));
  const build = (name: ImageName, added: readonly Component[]): BuiltImage => {
    const layer = packLayer(rootfs(name), join(output, `${name}.layer`));
    const image = writeImage({ name, version, output, layers: [base, layer] });
    const components = [...baseComponents(rootfs('base')), ...added];
    const described = { name, version, digest: image.digest, components };
    writeFileSync(join(output, `${name}.spdx.json`), billOfMaterials(described));
    const own = readFileSync(join(root, 'LICENSE'), 'utf8');
    writeFileSync(join(output, `${name}.licences.txt`), licenceNotices(described, own));
    rmSync(layer.path);
    return image;
  };
  const images = [
    build('cloister', npmComponents(root, join(rootfs('cloister'), 'cloister'))),
    build('start-gate', []),
  ];
  rmSync(base.path);
  const digests = Object.fromEntries(images.map(({ name, digest }) => [name, digest]));
  writeFileSync(join(output, 'digests.json'), `${JSON.stringify(digests, null, 2)}\n`);
  return images;
}

interface ImageInput {
  readonly name: ImageName;
  readonly version: string;
  readonly output: string;
  readonly layers: readonly Layer[];
}

function writeImage({ name, version, output, layers }: ImageInput): BuiltImage {
  const archive = join(output, `${name}.tar`);
  const digest = writeArchive({ layers, config: IMAGE_CONFIGS[name], tag: version }, archive);
  return { name, digest, archive, archiveBytes: statSync(archive).size };
}
