import { InvalidArgumentError } from 'commander';
import { parseImage } from '../../policy/roles/image-pattern.ts';

/** Takes an image of the command line by tag or by digest. */
export function checkImage(image: string): string {
  if (parseImage(image) !== null) return image;
  throw new InvalidArgumentError('Name an image: repository:tag, or repository@sha256:….');
}

/** Takes an image of the command line only if it is named by digest. */
export function checkPinned(image: string): string {
  if (typeof parseImage(image)?.digest === 'string') return image;
  throw new InvalidArgumentError('Name it by digest: repository@sha256:….');
}
