import { orThrow, runCommand } from '../run-command.ts';
import { ctr } from './node-plan.ts';

/** An image to import. */
export interface ImageImport {
  /** The node's folder. */
  readonly folder: string;
  /** An OCI archive. */
  readonly tar: string;
  readonly name: string;
  /** The words before a command that run it on the node; none where this process does. */
  readonly enter?: readonly string[];
}

/** Imports an image into containerd as `NAME@DIGEST`, which pods name with `imagePullPolicy: Never`; gives that. */
export async function importImage({ folder, tar, name, enter = [] }: ImageImport): Promise<string> {
  // A digest reference is not resolved by a tag: the image is stored under the reference itself.
  const load = ['images', 'import', '--local', '--base-name', name, '--digests', tar];
  const [program = '', ...args] = [...enter, ...ctr(folder), ...load];
  const { stdout } = await orThrow(`importing ${tar}`, runCommand({ program, args, environment: {} }));
  const reference = stdout.split(/\s+/).find((word) => word.startsWith(`${name}@sha256:`));
  if (reference === undefined) throw new Error(`importing ${tar}: ctr names no image ${name}: ${stdout}`);
  return reference;
}
