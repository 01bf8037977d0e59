import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeDocument } from '../../src/lib/yaml/write-document.ts';
import { benchPods } from './pods.ts';

const SAMPLES_FOLDER = new URL('../../manifests/samples/', import.meta.url);

/** A folder of manifests, one pod a file, three of ten with something wrong. */
export interface ManifestFolder {
  readonly path: string;
  readonly refused: number;
  readonly remove: () => void;
}

/** Writes distinct pods, and the role and the tenant that they are for, into a new folder. */
export function writeManifestFolder(count: number): ManifestFolder {
  const path = mkdtempSync(join(tmpdir(), 'cloister-bench-'));
  const pods = benchPods(count);
  for (const [index, { manifest }] of pods.entries()) {
    const name = `pod-${String(index).padStart(5, '0')}.yaml`;
    writeFileSync(join(path, name), writeDocument(manifest));
  }
  for (const file of ['role-data-analyst.yaml', 'tenant-acme.yaml']) {
    copyFileSync(new URL(file, SAMPLES_FOLDER), join(path, file));
  }
  return {
    path,
    refused: pods.filter(({ refusedBy }) => refusedBy !== null).length,
    remove: () => rmSync(path, { recursive: true }),
  };
}
