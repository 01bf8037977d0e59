import { isKubeError } from './kube-error.ts';

/**
 * Waits for a write to an object that a cache has. Returns whether it was done: the cache may not have seen yet that the object
 * was deleted or changed, or that another one has its name.
 */
export async function unlessGone(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isKubeError(error, 'NotFound', 'Conflict')) return false;
    throw error;
  }
}
