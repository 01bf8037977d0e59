import { createHash } from 'node:crypto';
import { tarArchive } from './tar-archive.ts';

/** An image as `ctr images import` takes it. */
export interface ImageArchive {
  /** An OCI image layout in a tar archive. */
  readonly tar: Buffer;
  /** Digest of the manifest, by which pods name the image. */
  readonly digest: string;
}

const MEDIA_TYPE = 'application/vnd.oci.image';

/** Packs one layer, a tar archive, as an image with the given `config` of the OCI image specification. */
export function ociArchive(layer: Buffer, config: object): ImageArchive {
  const platform = { architecture: process.arch === 'x64' ? 'amd64' : process.arch, os: 'linux' };
  const image = blob({ ...platform, config, rootfs: { type: 'layers', diff_ids: [digestOf(layer)] } });
  const manifest = blob({
    schemaVersion: 2,
    mediaType: `${MEDIA_TYPE}.manifest.v1+json`,
    config: descriptor('config.v1+json', image),
    layers: [descriptor('layer.v1.tar', layer)],
  });
  const index = blob({
    schemaVersion: 2,
    mediaType: `${MEDIA_TYPE}.index.v1+json`,
    manifests: [{ ...descriptor('manifest.v1+json', manifest), platform }],
  });
  const file = (path: string, content: Buffer) => ({ path, mode: 0o644, content });
  const tar = tarArchive([
    file('oci-layout', blob({ imageLayoutVersion: '1.0.0' })),
    file('index.json', index),
    ...[image, manifest, layer].map((content) => file(blobPath(content), content)),
  ]);
  return { tar, digest: digestOf(manifest) };
}

function blob(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

function blobPath(content: Buffer): string {
  return `blobs/${digestOf(content).replace(':', '/')}`;
}

function descriptor(type: string, content: Buffer): object {
  return { mediaType: `${MEDIA_TYPE}.${type}`, digest: digestOf(content), size: content.length };
}
