import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../../src/lib/canonical-json.ts';
import { sha256 } from '../../src/lib/sha256.ts';
import { runProgram } from './run-program.ts';

/** A layer: a compressed tar archive and what the image's configuration says of it. */
export interface Layer {
  readonly path: string;
  /** Digest of the tar archive before it was compressed. */
  readonly diffId: string;
  readonly digest: string;
  readonly bytes: number;
}

/** The part of an image's configuration that is ours. */
export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly WorkingDir: string;
}

/** What an archive is made of. */
export interface ArchiveInput {
  readonly layers: readonly Layer[];
  readonly config: ImageConfig;
  /** The tag in the archive's index. */
  readonly tag: string;
}

const MEDIA_TYPE = 'application/vnd.oci.image';

/** Neither the machine, nor the time, nor who builds, nor their umask is in the archives. */
const TAR_FLAGS = [
  '--create',
  '--format=ustar',
  '--sort=name',
  '--mtime=@0',
  '--mode=u=rwX,go=rX',
  '--owner=0',
  '--group=0',
  '--numeric-owner',
  '--hard-dereference',
  '--no-acls',
  '--no-selinux',
  '--no-xattrs',
];

/**
 * Packs the files of a folder as a layer. The deflate of GNU gzip gives the same bytes on every machine, which that of zlib
 * does not where it uses instructions of the processor.
 */
export function packLayer(folder: string, path: string): Layer {
  requireGnu('tar', 'tar (GNU tar)');
  requireGnu('gzip', 'gzip ');
  const tar = `${path}.tar`;
  packTar(folder, tar);
  const diffId = digestOf(readFileSync(tar));
  runProgram('gzip', ['--no-name', '-6', '--force', tar]);
  renameSync(`${tar}.gz`, path);
  return { path, diffId, digest: digestOf(readFileSync(path)), bytes: statSync(path).size };
}

/** Writes an image as an OCI archive (a tar archive of an OCI image layout) and returns the digest of its manifest. */
export function writeArchive({ layers, config, tag }: ArchiveInput, path: string): string {
  const layout = `${path}.layout`;
  const blobs = join(layout, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const addBlob = (kind: string, value: unknown) => {
    const text = canonicalJson(value);
    const digest = digestOf(text);
    writeFileSync(join(blobs, blobName(digest)), text);
    return { mediaType: `${MEDIA_TYPE}.${kind}.v1+json`, digest, size: Buffer.byteLength(text) };
  };
  for (const layer of layers) copyFileSync(layer.path, join(blobs, blobName(layer.digest)));
  const configDescriptor = addBlob('config', imageConfiguration(layers, config));
  const manifest = addBlob('manifest', {
    schemaVersion: 2,
    mediaType: `${MEDIA_TYPE}.manifest.v1+json`,
    config: configDescriptor,
    layers: layers.map(({ digest, bytes }) => ({
      mediaType: `${MEDIA_TYPE}.layer.v1.tar+gzip`,
      digest,
      size: bytes,
    })),
  });
  const index = {
    schemaVersion: 2,
    mediaType: `${MEDIA_TYPE}.index.v1+json`,
    manifests: [
      {
        ...manifest,
        platform: { architecture: 'amd64', os: 'linux' },
        annotations: { 'org.opencontainers.image.ref.name': tag },
      },
    ],
  };
  writeFileSync(join(layout, 'index.json'), canonicalJson(index));
  writeFileSync(join(layout, 'oci-layout'), canonicalJson({ imageLayoutVersion: '1.0.0' }));
  packTar(layout, path);
  rmSync(layout, { recursive: true });
  return manifest.digest;
}

function imageConfiguration(layers: readonly Layer[], config: ImageConfig): unknown {
  return {
    created: '1970-01-01T00:00:00Z',
    architecture: 'amd64',
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(() => ({ created: '1970-01-01T00:00:00Z', created_by: 'npm run image' })),
  };
}

function packTar(folder: string, path: string): void {
  // By name, so that the archive does not set the mode of the folder that it is unpacked to.
  const entries = readdirSync(folder).toSorted();
  runProgram('tar', [...TAR_FLAGS, `--file=${path}`, `--directory=${folder}`, '--', ...entries]);
}

function requireGnu(program: string, start: string): void {
  const version = runProgram(program, ['--version']).split('\n')[0] ?? '';
  if (!version.startsWith(start)) {
    throw new Error(
      `${program} is "${version}"; the images need GNU ${program}, which packs the same bytes each time`,
    );
  }
}

function digestOf(content: string | Buffer): string {
  return `sha256:${sha256(content)}`;
}

function blobName(digest: string): string {
  return digest.slice('sha256:'.length);
}
