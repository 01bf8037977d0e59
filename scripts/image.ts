/**
 * `npm run image [-- --print-digests] [--output=FOLDER]`: builds the images into `dist/image` as OCI archives, with what they
 * contain and its licences. Prints sizes and digests, or with `--print-digests` one line `NAME DIGEST` an image.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildImages } from './image/build-images.ts';

const ROOT = join(import.meta.dirname, '..');
const MEBIBYTE = 1024 * 1024;

try {
  const { values } = parseArgs({
    options: {
      'print-digests': { type: 'boolean', default: false },
      output: { type: 'string', default: join(ROOT, 'dist', 'image') },
    },
  });
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`the images are built on x86-64 Linux; this is ${process.arch} ${process.platform}`);
  }
  for (const { name, digest, archive, archiveBytes } of buildImages(ROOT, resolve(values.output))) {
    const size = `${(archiveBytes / MEBIBYTE).toFixed(1)} MiB`;
    const line = values['print-digests'] ? `${name} ${digest}` : `${name}: ${size}, ${digest}, ${archive}`;
    process.stdout.write(`${line}\n`);
  }
} catch (error) {
  process.stderr.write(`image: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
