import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import type { Terminal } from '../command.ts';
import { printUnreadable } from '../report.ts';
import { readCloisterObject } from './read-cloister-object.ts';
import { readInput } from './read-input.ts';

/** The TenantIsolations of files. `isComplete`: whether every document could be read; those that could not are printed. */
export async function readTenantFiles(
  filename: readonly string[],
  terminal: Terminal,
): Promise<{ readonly tenants: readonly TenantIsolation[]; readonly isComplete: boolean }> {
  const { documents } = await readInput({ filename }, terminal);
  const tenants: TenantIsolation[] = [];
  let isComplete = true;
  for (const document of documents) {
    const reading = 'error' in document ? document : readCloisterObject(document.object);
    if (reading === null) continue;
    if ('error' in reading) {
      printUnreadable({ ...document, error: reading.error }, 'cannot be read', terminal);
      isComplete = false;
    } else if (reading.object.kind === 'TenantIsolation') tenants.push(reading.object);
  }
  return { tenants, isComplete };
}
