import type { CertificateStore } from '../../src/certificates/certificate-manager.ts';
import { bundleOf, type StoredAuthorities } from '../../src/certificates/stored-authorities.ts';

/** A store that several managers share, with the races of the real one: a write over a version that is gone is lost. */
export interface MemoryCertificateStore extends CertificateStore {
  authorities: StoredAuthorities | null;
  /** What each place trusts; two, as the API server's registrations are. */
  bundles: string[];
  writes: number;
  publications: number;
  /** Called before each operation, to fail it or to act in between. */
  before: (operation: 'read' | 'write' | 'readBundles' | 'publish') => void | Promise<void>;
}

export function createMemoryCertificateStore(): MemoryCertificateStore {
  let version = 0;
  const store: MemoryCertificateStore = {
    authorities: null,
    bundles: ['', ''],
    writes: 0,
    publications: 0,
    before: () => {},
    async read() {
      await store.before('read');
      return { authorities: store.authorities, version: version === 0 ? null : String(version) };
    },
    async write(authorities, over) {
      await store.before('write');
      if (over !== (version === 0 ? null : String(version))) return false;
      version += 1;
      store.writes += 1;
      store.authorities = authorities;
      return true;
    },
    async readBundles() {
      await store.before('readBundles');
      return [...store.bundles];
    },
    async publish(authorities) {
      await store.before('publish');
      store.publications += 1;
      store.bundles = store.bundles.map(() => bundleOf(authorities));
    },
  };
  return store;
}
