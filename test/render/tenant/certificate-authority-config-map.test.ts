import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { expect, test } from 'vitest';
import { certificateAuthorityConfigMap } from '../../../src/render/tenant/certificate-authority-config-map.ts';

const BEGIN = '-----BEGIN CERTIFICATE-----';

test('the certificates of a namespace are those of its gateway, and in a second file the public roots before them', () => {
  const [first = '', second = '', ...publicRoots] = rootCertificates;
  const authorities = `${first}\n${second}\n`;
  const { data } = certificateAuthorityConfigMap('acme-agents', { authorities, publicRoots });
  const { 'ca.crt': own, 'bundle.crt': bundle = '' } = data as Record<string, string>;
  expect(own).toBe(authorities);
  const found = bundle
    .split(BEGIN)
    .slice(1)
    .map((text) => new X509Certificate(`${BEGIN}${text}`).fingerprint256);
  expect(found).toEqual(
    [...publicRoots, first, second].map((text) => new X509Certificate(text).fingerprint256),
  );
});

test('they fit in a ConfigMap, of which half is left', () => {
  const map = certificateAuthorityConfigMap('a', { authorities: '', publicRoots: rootCertificates });
  expect(JSON.stringify(map).length).toBeLessThan(512 * 1024);
});
