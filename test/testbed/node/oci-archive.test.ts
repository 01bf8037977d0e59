import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { ociArchive } from './oci-archive.ts';
import { tarArchive } from './tar-archive.ts';

const entries = [
  { path: 'bin/', mode: 0o755 },
  { path: 'bin/tool', mode: 0o755, content: Buffer.from('#!/bin/sh\n') },
  { path: 'bin/alias', mode: 0o777, linkTarget: 'tool' },
  { path: 'tmp/', mode: 0o1777 },
];

// The listing is in the words of GNU tar.
test.runIf(process.platform === 'linux')('tar reads the archive as it was meant', () => {
  const listing = execFileSync('tar', ['--list', '--verbose', '--utc', '--numeric-owner'], {
    input: tarArchive(entries),
  });
  expect(listing.toString().replaceAll(/ +/g, ' ').trimEnd().split('\n')).toEqual([
    'drwxr-xr-x 0/0 0 1970-01-01 00:00 bin/',
    '-rwxr-xr-x 0/0 10 1970-01-01 00:00 bin/tool',
    'lrwxrwxrwx 0/0 0 1970-01-01 00:00 bin/alias -> tool',
    'drwxrwxrwt 0/0 0 1970-01-01 00:00 tmp/',
  ]);
});

test('a name that ustar cannot hold is refused', () => {
  expect(() => tarArchive([{ path: 'a'.repeat(101), mode: 0o644 }])).toThrow('longer than 100 bytes');
});

test('the same layer and configuration give the same bytes, named by the digest of the manifest', () => {
  const image = () => ociArchive(tarArchive(entries), { Entrypoint: ['/bin/tool'] });
  expect(image()).toEqual(image());
  const { tar, digest } = image();
  const path = `blobs/${digest.replace(':', '/')}`;
  const manifest = execFileSync('tar', ['--extract', '--to-stdout', path], { input: tar });
  expect(`sha256:${createHash('sha256').update(manifest).digest('hex')}`).toBe(digest);
  expect(ociArchive(tarArchive(entries), { Entrypoint: ['/bin/other'] }).digest).not.toBe(digest);
});
