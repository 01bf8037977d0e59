import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { licenceTexts, listPackages } from './npm-packages.ts';
import { DEBIAN_PACKAGES, NODE } from './pinned-files.ts';

/** Something that an image contains. */
export interface Component {
  readonly name: string;
  readonly version: string;
  /** An SPDX licence expression or `NOASSERTION`. */
  readonly licence: string;
  /** A package URL (purl). */
  readonly url: string;
  /** SHA-512 of the archive that npm downloaded, in hexadecimal. */
  readonly sha512: string | null;
  readonly licenceTexts: readonly string[];
}

/** The image that a bill of materials is of. */
export interface DescribedImage {
  readonly name: string;
  readonly version: string;
  /** Digest of its manifest. */
  readonly digest: string;
  readonly components: readonly Component[];
}

/** Lists what a staged base has. */
export function baseComponents(rootfs: string): readonly Component[] {
  return [NODE, ...DEBIAN_PACKAGES].map(({ name, version, licence, url, licenceFiles }) => ({
    name,
    version,
    licence,
    url,
    sha512: null,
    licenceTexts: licenceFiles.map((file) => readFileSync(join(rootfs, file), 'utf8')),
  }));
}

/** Lists the npm packages in a staged folder, each version once. `root` has the lock file that they were installed by. */
export function npmComponents(root: string, folder: string): readonly Component[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, { readonly integrity?: string }>>;
  };
  const components = listPackages(folder).map(({ name, version, licence, path }): Component => {
    const [, base64] = /^sha512-(.+)$/.exec(packages[path]?.integrity ?? '') ?? [];
    return {
      name,
      version,
      licence,
      url: `pkg:npm/${name.replace('@', '%40')}@${version}`,
      sha512: base64 === undefined ? null : Buffer.from(base64, 'base64').toString('hex'),
      licenceTexts: licenceTexts(join(folder, path)),
    };
  });
  return [...new Map(components.map((component) => [component.url, component])).values()];
}

/** Returns the bill of materials as an SPDX 2.3 document in JSON. */
export function billOfMaterials({ name, version, digest, components }: DescribedImage): string {
  const image = {
    ...spdxPackage({ name, version, licence: 'Apache-2.0' }),
    SPDXID: 'SPDXRef-Image',
    primaryPackagePurpose: 'CONTAINER',
    checksums: [{ algorithm: 'SHA256', checksumValue: digest.slice('sha256:'.length) }],
  };
  const contained = components.map((component) => ({
    ...spdxPackage(component),
    SPDXID: `SPDXRef-${component.url.replace(/^pkg:|\?.*$/g, '').replaceAll(/[^A-Za-z0-9.]+/g, '-')}`,
    externalRefs: [
      { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: component.url },
    ],
    ...(component.sha512 === null
      ? {}
      : { checksums: [{ algorithm: 'SHA512', checksumValue: component.sha512 }] }),
  }));
  const document = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: `${name}-${version}`,
    documentNamespace: `https://cloister.dev/spdx/${name}-${digest.replace(':', '-')}`,
    // Not the time of the build: the same inputs give the same document.
    creationInfo: { created: '1970-01-01T00:00:00Z', creators: ['Organization: Cloister'] },
    packages: [image, ...contained],
    relationships: [
      relationship('SPDXRef-DOCUMENT', 'DESCRIBES', image.SPDXID),
      ...contained.map(({ SPDXID }) => relationship(image.SPDXID, 'CONTAINS', SPDXID)),
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Returns the licences of what an image contains as one text. */
export function licenceNotices({ name, version, components }: DescribedImage, own: string): string {
  const sections = components.map((component) => {
    const texts =
      component.licenceTexts.length > 0
        ? component.licenceTexts
        : [`This package has no text of its licence of its own. It declares ${component.licence}.`];
    return [`${component.name} ${component.version} (${component.licence})`, ...texts];
  });
  const all = [[`${name} ${version} (Apache-2.0)`, own], ...sections];
  return all
    .map(
      ([title, ...texts]) =>
        `${'='.repeat(78)}\n${title}\n${'='.repeat(78)}\n\n${texts.join('\n\n').trim()}\n`,
    )
    .join('\n');
}

function spdxPackage({ name, version, licence }: Pick<Component, 'name' | 'version' | 'licence'>) {
  return {
    name,
    versionInfo: version,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: licence,
    copyrightText: 'NOASSERTION',
  };
}

function relationship(from: string, relationshipType: string, to: string) {
  return { spdxElementId: from, relationshipType, relatedSpdxElement: to };
}
